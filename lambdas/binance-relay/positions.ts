import { z } from 'zod'
import { jsonOf } from '#domain/json.ts'
import type { ConditionalObjects, TaggedText } from '#domain/ports.ts'
import { type Position, together } from '#feeds/binance/seen-ids.ts'

export type Positions = ReadonlyMap<string, Position>

const id = z.number().int().nonnegative()
const state = z.object({
  /** The run that hands over at present; whoever is not it any longer leaves off. */
  holder: z.string(),
  /** ISO 8601. */
  written_at: z.string(),
  /** By symbol: everything up to `last` has been handed over, but the ranges that are missing. */
  symbols: z.record(z.string(), z.object({ last: id, missing: z.array(z.tuple([id, id])) })),
})
type State = z.infer<typeof state>

/** Attempts to write beside another run. */
const ATTEMPTS = 10

/**
 * How far the relay has come, in one object that its runs hand to each other. Whoever claims it is the holder; the one
 * before learns of it when it writes the next time, for nobody writes over what it has not read.
 */
export class SharedPositions {
  readonly #objects: ConditionalObjects
  readonly #key: string
  readonly #run: string
  readonly #now: () => number
  /** Ids of one symbol that lie further apart than this are of different numberings. */
  readonly #mostApart: number

  constructor(
    objects: ConditionalObjects,
    key: string,
    { run, now, mostApart }: { readonly run: string; readonly now: () => number; readonly mostApart: number },
  ) {
    this.#objects = objects
    this.#key = key
    this.#run = run
    this.#now = now
    this.#mostApart = mostApart
  }

  /** @returns no positions where nobody wrote any; `unreadable` where what stands there is none of ours */
  async read(): Promise<{ readonly positions: Positions; readonly unreadable?: true }> {
    const found = await this.#objects.get(this.#key)
    const held = stateOf(found)
    if (held === undefined) return { positions: new Map(), ...(found === undefined ? {} : { unreadable: true }) }
    return { positions: positionsOf(held) }
  }

  /**
   * Becomes the holder, whoever was. What the one before has handed over meanwhile counts too.
   * @throws Error where others write each time
   */
  async claim(mine: Positions): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await this.#objects.get(this.#key)
      const held = stateOf(found)
      const text = this.#textOf(held, this.#joined(mine, held))
      const wrote =
        found === undefined
          ? await this.#objects.create(this.#key, text)
          : await this.#objects.replace(this.#key, text, found.tag)
      if (wrote) return
    }
    throw new Error(`${this.#key} was written by others each of ${ATTEMPTS} times: do many relays run at once?`)
  }

  /** Notes how far the holder has come. @returns false where another run has become the holder: nothing is written */
  async advance(mine: Positions): Promise<boolean> {
    const found = await this.#objects.get(this.#key)
    const held = stateOf(found)
    if (found === undefined || held?.holder !== this.#run) return false
    return this.#objects.replace(this.#key, this.#textOf(held, mine), found.tag)
  }

  #joined(mine: Positions, held: State | undefined): Positions {
    const theirs = held === undefined ? new Map<string, Position>() : positionsOf(held)
    return new Map(
      [...mine].map(([symbol, position]) => {
        const other = theirs.get(symbol)
        return [symbol, other === undefined ? position : together(position, other, this.#mostApart)]
      }),
    )
  }

  /** Symbols that this run does not relay stay as they are. */
  #textOf(held: State | undefined, positions: Positions): string {
    const symbols = { ...held?.symbols }
    for (const [symbol, { last, missing }] of positions)
      symbols[symbol] = { last, missing: missing.map(({ from, to }) => [from, to]) }
    return JSON.stringify({
      holder: this.#run,
      written_at: new Date(this.#now()).toISOString(),
      symbols,
    } satisfies State)
  }
}

const stateOf = (found: TaggedText | undefined): State | undefined => state.safeParse(jsonOf(found?.text ?? '')).data

const positionsOf = ({ symbols }: State): Positions =>
  new Map(
    Object.entries(symbols).map(([symbol, { last, missing }]) => [
      symbol,
      { last, missing: missing.map(([from, to]) => ({ from, to })) },
    ]),
  )
