import { fileURLToPath } from 'node:url'
import { KafkaProducer } from '#adapters/kafka/producer.ts'
import { topics } from '#domain/events/events.ts'
import { FaultyRecords, NO_FAULTS } from '#feeds/faults/faulty-records.ts'
import { paced, realClock } from '#feeds/pace.ts'
import { accountNames, symbolNames } from '#feeds/simulated/listings.ts'
import { simulate } from '#feeds/simulated/simulate.ts'
import { encodersAt } from '#local/schema-registry.ts'
import { endpoints } from '#local/state.ts'
import { publish } from '../../bin/produce/publish.ts'
import { runChild } from './child.ts'

/** What is sent: a simulated market of twenty symbols and twelve accounts. */
export interface Sending {
  /** Of the platform. */
  readonly home: string
  readonly eventsPerSecond: number
  readonly events: number
  /** At its own pace, or as fast as it goes: then its events end now in event time. */
  readonly speed: 1 | 'max'
}

/** When the first event was scheduled (wall clock, ms), how many were acknowledged, and in which time. */
export interface Sent {
  readonly begun: number
  readonly acknowledged: number
  readonly seconds: number
}

/**
 * Sends as `lodestream produce` does, with the same feed, pacing and producer, in a process of its own. The one
 * difference: the market begins once the producer is connected, so that an event's time is when it was scheduled.
 */
export const send = (sending: Sending): Promise<Sent> =>
  runChild<Sent>(fileURLToPath(import.meta.url), JSON.stringify(sending))

async function main({ home, eventsPerSecond, events, speed }: Sending): Promise<Sent> {
  const encoderFor = await encodersAt(home)
  const producer = await KafkaProducer.open({ bootstrap: endpoints(home).kafka }, topics)
  try {
    const length = (events * 1_000) / eventsPerSecond
    const begun = Date.now()
    const start = speed === 'max' ? begun - length : begun
    const market = simulate({
      seed: 1,
      symbols: symbolNames(20),
      accounts: accountNames(12),
      start: Math.floor(start),
      eventsPerSecond,
    })
    const records = new FaultyRecords(NO_FAULTS, 1, encoderFor)
    const batches = paced(market, speed, realClock, new AbortController().signal)
    await publish(batches, (emissions, most) => records.of(emissions, most), producer, events)
    const seconds = (Date.now() - begun) / 1_000
    const acknowledged = [...producer.tally.values()].reduce((sum, tally) => sum + tally.acknowledged, 0)
    return { begun, acknowledged, seconds }
  } finally {
    await producer.close()
  }
}

if (import.meta.main) process.stdout.write(JSON.stringify(await main(JSON.parse(process.argv[2] ?? ''))))
