import { type AnyEvent, type EventDefinition, LATE_AFTER_MS, timeOf } from '#domain/events/define-event.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import type { Emission } from '../emission.ts'
import { Random } from '../simulated/random.ts'
import { type BadWay, badWaysOf, type EncoderOf } from './bad-ways.ts'

/** How many of the records are faulty, as shares of all that are sent: each from 0, together at most 1, with duplicates below. */
export interface FaultRates {
  /** Spoiled in one of the `badWaysOf` its contract. */
  readonly bad: number
  /** A faultless one again, byte for byte. */
  readonly duplicate: number
  /** Valid, and received more than five minutes and at most a day after it happened. */
  readonly late: number
}

/** Every record is as its feed made it. */
export const NO_FAULTS: FaultRates = { bad: 0, duplicate: 0, late: 0 }

/** How many faulty records were made. A record has one fault at most. */
export interface FaultCounts {
  /** By the code with which consumers refuse them. */
  readonly bad: ReadonlyMap<string, number>
  readonly duplicated: number
  readonly late: number
}

/** Duplicates are drawn from this many records before them: seconds at a few hundred a second. */
const REMEMBERED = 2_000
const DAY_MS = 86_400_000
/** What stands for the code of a record that came bad: only its consumers know which. */
const UNREADABLE = 'unreadable'

/** Makes records of emissions, some of them faulty. The same seed and emissions give the same records, byte for byte. */
export class FaultyRecords {
  readonly #rates: FaultRates
  readonly #random: Random
  readonly #encoderOf: EncoderOf
  readonly #kinds = new Map<EventDefinition, Kind>()
  readonly #recent: OutgoingRecord[] = []
  #remembered = 0
  readonly #bad = new Map<string, number>()
  #duplicated = 0
  #late = 0

  /**
   * @param seed a whole number; the draws are others than a feed of the same seed makes
   * @param encoderOf asked once a contract
   */
  constructor(rates: FaultRates, seed: number, encoderOf: EncoderOf) {
    this.#rates = rates
    this.#random = Random.seeded(seed ^ 0x6fa1_7e5d)
    this.#encoderOf = encoderOf
  }

  /**
   * The records of these emissions, in their order. A bad one stands in its event's place; duplicates come in addition.
   * A record among the emissions is what a feed could not read: it passes as it came, and counts as bad.
   * @param most records at most; what comes after them is dropped. @default all
   */
  of(emissions: readonly (Emission | OutgoingRecord)[], most = Number.POSITIVE_INFINITY): OutgoingRecord[] {
    const { bad, duplicate, late } = this.#rates
    const faultless = bad + duplicate + late === 0
    const records: OutgoingRecord[] = []
    for (const emission of emissions) {
      if (records.length >= most) break
      if ('value' in emission) {
        this.#bad.set(UNREADABLE, (this.#bad.get(UNREADABLE) ?? 0) + 1)
        records.push(emission)
        continue
      }
      if (faultless) {
        records.push(this.#valid(emission.definition, emission.event))
        continue
      }
      // The shares are of all records, and duplicates are drawn apart.
      const draw = this.#random.next() * (1 - duplicate)
      if (draw < bad) records.push(this.#spoiled(emission))
      else if (draw < bad + late) records.push(this.#belated(emission))
      else records.push(this.#remember(this.#valid(emission.definition, emission.event)))
      while (duplicate > 0 && this.#random.next() < duplicate) {
        const again = this.#recent[this.#random.below(this.#recent.length)]
        if (again === undefined || records.length >= most) break
        this.#duplicated += 1
        records.push(again)
      }
    }
    return records
  }

  /** So far. */
  get counts(): FaultCounts {
    return { bad: this.#bad, duplicated: this.#duplicated, late: this.#late }
  }

  #valid(definition: EventDefinition, event: AnyEvent): OutgoingRecord {
    const { encode } = this.#kindOf(definition)
    return { topic: definition.topic, key: String(event[definition.key]), value: encode(event) }
  }

  #spoiled({ definition, event }: Emission): OutgoingRecord {
    const { badWays } = this.#kindOf(definition)
    const way = badWays[this.#random.below(badWays.length)]
    if (way === undefined) throw new RangeError(`there is no way of spoiling ${definition.name}`)
    this.#bad.set(way.code, (this.#bad.get(way.code) ?? 0) + 1)
    return { topic: definition.topic, key: String(event[definition.key]), value: way.spoil(event) }
  }

  /** It keeps its own time, so that prices and journeys stay whole, and the span that was asked for holds. */
  #belated({ definition, event }: Emission): OutgoingRecord {
    const after = LATE_AFTER_MS + 1 + this.#random.below(DAY_MS - LATE_AFTER_MS)
    this.#late += 1
    return this.#valid(definition, { ...event, received_at: timeOf(definition, event) + after })
  }

  #remember(record: OutgoingRecord): OutgoingRecord {
    if (this.#rates.duplicate > 0) {
      this.#recent[this.#remembered % REMEMBERED] = record
      this.#remembered += 1
    }
    return record
  }

  #kindOf(definition: EventDefinition): Kind {
    const held = this.#kinds.get(definition)
    if (held !== undefined) return held
    const badWays = this.#rates.bad > 0 ? badWaysOf(definition, this.#encoderOf) : []
    const kind = { encode: this.#encoderOf(definition), badWays }
    this.#kinds.set(definition, kind)
    return kind
  }
}

/** What is needed of one contract, made once. */
interface Kind {
  readonly encode: (event: AnyEvent) => Buffer
  readonly badWays: readonly BadWay[]
}
