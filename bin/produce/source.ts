import { basename } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import type { Emission } from '#feeds/emission.ts'
import { play, readRecording, shippedRecording } from '#feeds/recorded/recording.ts'
import { accountNames, symbolNames } from '#feeds/simulated/listings.ts'
import { simulate } from '#feeds/simulated/simulate.ts'

/** The options of `produce` that say what is sent; those of the other source are absent. */
export interface SourceOptions {
  readonly source: 'recorded' | 'simulated'
  readonly file?: string
  readonly symbol?: string
  readonly at?: 'own' | 'now'
  readonly seed?: number
  readonly symbols?: readonly string[]
  readonly symbolCount?: number
  readonly accounts?: number
  readonly eventsPerSecond?: number
  readonly start?: number
  /** ms */
  readonly duration?: number
  readonly totalEvents?: number
}

/** What is to be sent, and a phrase that says what it is. */
export interface Source {
  readonly title: string
  readonly emissions: Iterable<Emission>
}

const OPTIONS_OF = {
  recorded: ['file', 'symbol', 'at'],
  simulated: ['seed', 'symbols', 'symbolCount', 'accounts', 'eventsPerSecond', 'start', 'duration', 'totalEvents'],
} as const

const DEFAULTS = { seed: 1, symbolCount: 8, accounts: 6, eventsPerSecond: 200 }

/**
 * The source that the options describe. A recording has been read and checked whole by then.
 * @param now ms, where times are to begin now
 * @throws Refusal where options contradict each other, or the recording cannot be played.
 */
export async function openSource(options: SourceOptions, now: number): Promise<Source> {
  refuseForeign(options)
  return options.source === 'recorded' ? recorded(options, now) : simulated(options, now)
}

async function recorded({ file = shippedRecording, symbol, at = 'own' }: SourceOptions, now: number): Promise<Source> {
  const ticks = await readRecording(file, symbol)
  return { title: `${basename(file)} (${ticks.length} trades)`, emissions: play(ticks, at === 'now' ? now : undefined) }
}

function simulated(options: SourceOptions, now: number): Source {
  const { seed, symbolCount, accounts, eventsPerSecond, start } = { ...DEFAULTS, start: now, ...options }
  const symbols = options.symbols ?? symbolNames(symbolCount)
  const market = simulate({ seed, symbols, accounts: accountNames(accounts), start, eventsPerSecond })
  const until = options.duration === undefined ? Number.POSITIVE_INFINITY : start + options.duration
  return {
    title: `a market of ${symbols.length} symbols and ${accounts} accounts, ${eventsPerSecond} events/s, seed ${seed}`,
    emissions: limited(market, options.totalEvents ?? Number.POSITIVE_INFINITY, until),
  }
}

/** The first so many emissions, and of them those before `until`. */
function* limited(emissions: Iterable<Emission>, count: number, until: number): Generator<Emission, void, void> {
  if (count === 0) return
  let taken = 0
  for (const emission of emissions) {
    if (emission.at >= until) return
    yield emission
    taken += 1
    if (taken >= count) return
  }
}

function refuseForeign(options: SourceOptions): void {
  const other = options.source === 'recorded' ? 'simulated' : 'recorded'
  const foreign = OPTIONS_OF[other].find((name) => options[name] !== undefined)
  if (foreign !== undefined) {
    const flag = `--${foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw new Refusal(`${flag} means nothing with --source ${options.source}: leave it out, or use --source ${other}.`)
  }
  if (options.symbols !== undefined && options.symbolCount !== undefined) {
    throw new Refusal('--symbols and --symbol-count contradict each other: give one of them.')
  }
}
