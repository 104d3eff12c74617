/** Consecutive ids, both ends included. */
export interface IdRange {
  readonly from: number
  readonly to: number
}

/** What a new id is to those seen before: the next one, one beyond a gap, one out of a gap, or one of no use. */
export type Standing = 'next' | 'ahead' | 'missing' | 'seen' | 'early' | 'anew'

/** Where one symbol's ids stand, so that another process can go on from there: all up to `last` but the missing ones. */
export interface Position {
  readonly last: number
  readonly missing: readonly IdRange[]
}

/**
 * Which ids of a consecutive numbering were seen, and exactly which are missing. Pure, and small: it holds ranges.
 * `Extra` is what its owner notes about a missing range; parts of a range keep it.
 */
export class SeenIds<Extra extends object> {
  readonly #most: number
  #first: number | undefined
  #last: number | undefined
  #missing: (IdRange & Extra)[] = []

  /**
   * @param most how many ids may be missing at once, and how far back an id may lie before it is of a new numbering
   * @param resumed where another one stood. @default the first id that is seen begins it
   */
  constructor(most: number, resumed?: Position, extra?: Extra) {
    this.#most = most
    if (resumed === undefined || extra === undefined) return
    this.#last = resumed.last
    this.#first = Math.min(resumed.last + 1, ...resumed.missing.map(({ from }) => from))
    this.#missing = resumed.missing.map(({ from, to }) => ({ ...extra, from, to }))
  }

  /** Ascending. */
  get missing(): readonly (IdRange & Extra)[] {
    return this.#missing
  }

  /** Undefined as long as none was seen. */
  get position(): Position | undefined {
    if (this.#last === undefined) return undefined
    return { last: this.#last, missing: this.#missing.map(({ from, to }) => ({ from, to })) }
  }

  /**
   * Notes an id. One that lies further back than the numbering can reach begins a new one (`anew`): ids were reset, or
   * an earlier one was wrong. Whoever sees `early` knows that this one had seen nothing so far back.
   * @param extra of the gap, where the id opens one
   */
  see(id: number, extra: Extra): { readonly standing: Standing; readonly lost: readonly IdRange[] } {
    if (this.#last === undefined || this.#first === undefined) return this.#begin(id, 'next')
    if (id === this.#last + 1) {
      this.#last = id
      return { standing: 'next', lost: [] }
    }
    if (id > this.#last) {
      const from = Math.max(this.#last + 1, id - this.#most)
      const skipped = from > this.#last + 1 ? [{ from: this.#last + 1, to: from - 1 }] : []
      this.#missing.push({ ...extra, from, to: id - 1 })
      this.#last = id
      return { standing: 'ahead', lost: [...this.#trimmed(), ...skipped] }
    }
    if (this.#found(id)) return { standing: 'missing', lost: [] }
    if (this.#last - id > this.#most) return this.#begin(id, 'anew')
    return { standing: id < this.#first ? 'early' : 'seen', lost: [] }
  }

  /** Missing ids within a range, cut out of what they were part of, so that they can be noted upon alone. */
  within({ from, to }: IdRange): readonly (IdRange & Extra)[] {
    this.#cut(from)
    this.#cut(to + 1)
    return this.#missing.filter((range) => range.from >= from && range.to <= to)
  }

  /** Gives up what is missing within a range. @returns what that was */
  forget(range: IdRange): readonly IdRange[] {
    const given = new Set(this.within(range))
    this.#missing = this.#missing.filter((one) => !given.has(one))
    return [...given].map(({ from, to }) => ({ from, to }))
  }

  #begin(id: number, standing: 'next' | 'anew') {
    this.#first = id
    this.#last = id
    this.#missing = []
    return { standing, lost: [] }
  }

  #found(id: number): boolean {
    const at = this.#missing.findIndex(({ from, to }) => from <= id && id <= to)
    const range = this.#missing[at]
    if (range === undefined) return false
    const parts = [
      { ...range, to: id - 1 },
      { ...range, from: id + 1 },
    ].filter(({ from, to }) => from <= to)
    this.#missing.splice(at, 1, ...parts)
    return true
  }

  /** Makes a range begin at `id` where one reaches across it. */
  #cut(id: number): void {
    const at = this.#missing.findIndex(({ from, to }) => from < id && id <= to)
    const range = this.#missing[at]
    if (range !== undefined) this.#missing.splice(at, 1, { ...range, to: id - 1 }, { ...range, from: id })
  }

  /** Lets go of the oldest missing ids where there are more than can be remembered. */
  #trimmed(): readonly IdRange[] {
    let above = this.#missing.reduce((sum, range) => sum + sizeOf(range), 0) - this.#most
    const lost: IdRange[] = []
    while (above > 0) {
      const [oldest] = this.#missing
      if (oldest === undefined) break
      const upTo = { from: oldest.from, to: Math.min(oldest.to, oldest.from + above - 1) }
      above -= sizeOf(upTo)
      lost.push(...this.forget(upTo))
    }
    return lost
  }
}

/**
 * Where two stand together who have seen different parts of one numbering: missing is what neither has seen.
 * @param most how far apart they may be; beyond, they speak of different numberings, and the first one holds
 */
export function together(one: Position, other: Position, most: number): Position {
  if (Math.abs(one.last - other.last) > most) return one
  const last = Math.max(one.last, other.last)
  const [unseen, others] = [one, other].map((position) => [...position.missing, { from: position.last + 1, to: last }])
  const missing = (unseen ?? []).flatMap((a) =>
    (others ?? []).map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) })),
  )
  return { last, missing: missing.filter((range) => sizeOf(range) > 0) }
}

/** How many ids a range has. */
export const sizeOf = ({ from, to }: IdRange): number => to - from + 1

/** A range as a person reads it: 5, or 5 to 9. */
export const rangeText = ({ from, to }: IdRange): string => (from === to ? String(from) : `${from} to ${to}`)
