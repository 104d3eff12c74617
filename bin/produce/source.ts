import { Refusal } from '#domain/refusal.ts'
import type { Emission } from '#feeds/emission.ts'
import type { FaultRates } from '#feeds/faults/faulty-records.ts'
import type { Speed } from '#feeds/pace.ts'
import type { LogOptions } from '../log-of-stage.ts'
import type { Batch } from './publish.ts'
import { binance } from './sources/binance.ts'
import { customers } from './sources/customers.ts'
import { dailyBars } from './sources/daily-bars.ts'
import { recorded } from './sources/recorded.ts'
import { simulated } from './sources/simulated.ts'

/** The options of `produce` that say what is sent; those that a source has no use for are absent. */
export interface SourceOptions {
  readonly file?: string
  readonly symbol?: string
  readonly at?: 'own' | 'now'
  readonly seed?: number
  readonly symbols?: readonly string[]
  readonly symbolCount?: number
  readonly accounts?: number
  readonly eventsPerSecond?: number
  readonly users?: number
  /** Where Binance or its stand-in answers. */
  readonly venue?: string
  readonly start?: number
  /** ms */
  readonly duration?: number
  /** Event times from this one on and before the other, ms. */
  readonly from?: number
  readonly to?: number
  readonly totalEvents?: number
  /** Shares of all records. */
  readonly badDataRate?: number
  readonly duplicateRate?: number
  readonly lateRate?: number
}

/** Where events come from, and what it means for what is sent. */
export interface SourceKind {
  /** All topics that it sends to. */
  readonly topics: readonly string[]
  /** Its own options, beside those that every source has. */
  readonly options: readonly (keyof SourceOptions)[]
  /** Made by a generator: some of its records are bad unless told otherwise, and a seed says which. */
  readonly generated: boolean
  /** `live` is what comes as it comes, at no speed of ours. @default its own pace */
  readonly speed?: Speed | 'live'
  /** @param now ms, where times are to begin now */
  open(options: SourceOptions & LogOptions, now: number): Source | Promise<Source>
}

/** What is to be sent, and a phrase that says what it is. */
export interface Source {
  readonly title: string
  readonly emissions: Iterable<Emission> | Arriving
}

/**
 * What comes by itself, in batches, until `stop` aborts; a record among the emissions is what nobody could read.
 * @param note takes what there is to say, a line each
 */
export type Arriving = (stop: AbortSignal, note: (line: string) => void) => AsyncIterable<Batch>

/** Every source, by its name. */
export const sources = {
  recorded,
  simulated,
  customers,
  'us-stocks-daily': dailyBars,
  binance,
} as const satisfies Readonly<Record<string, SourceKind>>
export type SourceName = keyof typeof sources

/** Share of a generated source's records that are bad, where nobody says. */
const BAD_DATA_RATE = 0.01

/** Which records are to be faulty. @throws Refusal where the shares are more than there is. */
export function faultRatesOf(name: SourceName, options: SourceOptions): FaultRates {
  const { badDataRate, duplicateRate = 0, lateRate = 0 } = options
  const bad = badDataRate ?? (sources[name].generated ? BAD_DATA_RATE : 0)
  // A sum of binary fractions is only nearly what was written: 0.7, 0.2 and 0.1 make less than 1.
  const all = bad + duplicateRate + lateRate
  if (duplicateRate > 0 && all > 1 - 1e-9) {
    throw new Refusal('A duplicate is one of a faultless record: give rates that leave some, less than 1 together.')
  }
  if (all > 1 + 1e-9) {
    throw new Refusal('A record has one fault at most: give rates that make no more than 1, or 100%, together.')
  }
  return { bad, duplicate: duplicateRate, late: lateRate }
}

/**
 * Refuses options that contradict each other, or mean nothing with that source.
 * @throws Refusal that names the option
 */
export function refuseContradictions(name: SourceName, options: SourceOptions): void {
  const given = (option: keyof SourceOptions) => options[option] !== undefined
  const { bad, duplicate, late } = faultRatesOf(name, options)
  const faulty = bad + duplicate + late > 0
  const all: readonly [string, SourceKind][] = Object.entries(sources)
  const foreign = [...new Set(all.flatMap(([, kind]) => kind.options))].find(
    (option) => given(option) && !sources[name].options.some((own) => own === option) && !(option === 'seed' && faulty),
  )
  if (foreign !== undefined) {
    const others = all.filter(([, kind]) => kind.options.includes(foreign)).map(([other]) => `--source ${other}`)
    throw new Refusal(
      `${flagOf(foreign)} means nothing with --source ${name}: leave it out, or use ${others.join(' or ')}.`,
    )
  }
  for (const [one, other] of CONTRADICTIONS) {
    if (given(one) && given(other)) {
      throw new Refusal(`${flagOf(one)} and ${flagOf(other)} contradict each other: give one of them.`)
    }
  }
  const { from, to } = options
  if (from !== undefined && to !== undefined && from >= to) {
    throw new Refusal('--to is not after --from: nothing lies between them.')
  }
}

const CONTRADICTIONS = [
  ['symbols', 'symbolCount'],
  ['start', 'from'],
  ['users', 'eventsPerSecond'],
  ['duration', 'to'],
] as const

const flagOf = (option: string): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
