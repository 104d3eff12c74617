import { KafkaProducer } from '#adapters/kafka/producer.ts'
import type { AnyEvent, EventDefinition } from '#domain/events/define-event.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { simulate } from '#feeds/simulated/simulate.ts'
import { encodersAt } from '#local/schema-registry.ts'
import { endpoints } from '#local/state.ts'
import { seeded } from '../contracts/random.ts'
import { home } from './platform.ts'

/** A market of 20 symbols over three days, which cross four New York closes and the end of summer time. */
export interface ThreeDayMarket {
  readonly symbols: readonly string[]
  /** Every `trade_date` that has events. */
  readonly dates: readonly string[]
  /** Records appended, duplicates included. */
  readonly records: number
}

const START = Date.UTC(2026, 9, 31)
const DAY_MS = 86_400_000
const DATES = ['2026-10-31', '2026-11-01', '2026-11-02', '2026-11-03']

interface Entry {
  readonly definition: EventDefinition
  readonly event: AnyEvent
  /** Where in the log it is appended, as a time: late events come after those of their own time. */
  readonly appended: number
}

/**
 * Appends it to the topics: prices and quantities of eight decimals, 2 % of the events twice, and 2 % received up to a
 * day late.
 */
export async function produceThreeDays(seed: number, eventsPerSecond = 0.25): Promise<ThreeDayMarket> {
  const symbols = Array.from({ length: 20 }, (_, i) => `D${i}-${seed}`)
  const accounts = Array.from({ length: 12 }, (_, i) => `acc-${i}-${seed}`)
  const random = seeded(seed)
  const entries: Entry[] = []
  for (const { at, definition, event } of simulate({ seed, symbols, accounts, start: START, eventsPerSecond })) {
    if (at >= START + 3 * DAY_MS) break
    const late = random() < 0.02 ? Math.floor(random() * DAY_MS) : 0
    const entry = { definition, event: withEightDecimals(event, late, random), appended: at + late }
    entries.push(entry)
    if (random() < 0.02) entries.push({ ...entry, appended: entry.appended + Math.floor(random() * DAY_MS) })
  }
  entries.sort((a, b) => a.appended - b.appended)

  const producer = await KafkaProducer.open({ bootstrap: endpoints(home()).kafka }, [tick.topic, fill.topic])
  const encoderFor = await encodersAt(home())
  for (let i = 0; i < entries.length; i += 5_000)
    await producer.accept(
      entries.slice(i, i + 5_000).map(({ definition, event }) => ({
        topic: definition.topic,
        key: String(event[definition.key]),
        value: encoderFor(definition)(event),
      })),
    )
  await producer.flush()
  await producer.close()
  return { symbols, dates: DATES, records: entries.length }
}

function withEightDecimals(event: AnyEvent, late: number, random: () => number): AnyEvent {
  const finer = (value: AnyEvent[string]) =>
    typeof value === 'bigint' ? value + BigInt(Math.floor(random() * 1e6)) : value
  return {
    ...event,
    price: finer(event.price),
    quantity: finer(event.quantity),
    received_at: event.received_at + late,
  }
}
