import { decodeRecords } from '#adapters/avro/decode-records.ts'
import type { EventSink, OutgoingRecord, Tally } from '#domain/ports.ts'

/** A sink in memory: what it holds at a flush is in. */
export class RememberedSink implements EventSink {
  readonly tally: ReadonlyMap<string, Tally> = new Map()
  readonly records: OutgoingRecord[] = []
  /** What `flush` fails with, instead of taking anything in. */
  failure: Error | undefined
  #accepted: OutgoingRecord[] = []

  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    this.#accepted.push(...records)
  }

  async flush(): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    this.records.push(...this.#accepted)
    this.#accepted = []
  }

  async close(): Promise<void> {
    this.#accepted = []
  }

  /** What landing would make of it: ids of events, and reasons. */
  async landed(): Promise<{ readonly ids: readonly string[]; readonly refused: readonly string[] }> {
    const { events, rejected } = await decodeRecords(
      this.records.map(({ topic, value }, at) => ({ topic, value, partition: 0, offset: BigInt(at), appendedAt: 0 })),
    )
    return {
      ids: events.map(({ id }) => id),
      refused: rejected.map(({ stage, code }) => `${stage} ${code}`),
    }
  }
}
