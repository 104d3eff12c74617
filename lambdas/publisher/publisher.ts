import { recordsOf } from '#adapters/sqs/envelope.ts'
import type { EventSink, OutgoingRecord } from '#domain/ports.ts'

/** A message as the queue delivers it. */
export interface QueueMessage {
  readonly id: string
  readonly body: string
}

/** A message that has to come again, and why. */
export interface Unpublished {
  readonly id: string
  /** none of ours: it will never be published; not appended: some of its records may be in the log all the same. */
  readonly fault: 'malformed' | 'not appended'
  readonly reason: string
}

/**
 * Appends what messages carry to the log of the stage. A message is done once the log has acknowledged all its records;
 * one that comes again appends them again, and whoever reads the log takes each event once, by its id.
 *
 * The log is opened at the first message and stays open between deliveries. After a failure it is closed, for what it
 * still held belongs to messages that come again, and opened anew for the next delivery.
 */
export class Publisher {
  readonly #open: () => Promise<EventSink>
  readonly #topics: ReadonlySet<string>
  #sink: Promise<EventSink> | undefined

  /** @param topics those that the log has: records of another one are not appended */
  constructor(open: () => Promise<EventSink>, topics: readonly string[]) {
    this.#open = open
    this.#topics = new Set(topics)
  }

  /**
   * @param patience how long the log may take, ms
   * @returns the messages that are not done; never rejects
   */
  async publish(messages: readonly QueueMessage[], patience: number): Promise<readonly Unpublished[]> {
    const malformed: Unpublished[] = []
    const read: { readonly id: string; readonly records: readonly OutgoingRecord[] }[] = []
    for (const { id, body } of messages) {
      const found = this.#recordsIn(body)
      if ('malformed' in found) malformed.push({ id, fault: 'malformed', reason: found.malformed })
      else read.push({ id, records: found.records })
    }
    if (read.length === 0) return malformed
    const missing = await this.#append(
      read.flatMap(({ records }) => records),
      patience,
    )
    if (missing === undefined) return malformed
    const unfinished = read.filter(({ records }) => records.some(({ topic }) => missing.lacks(topic)))
    return [
      ...malformed,
      ...unfinished.map(({ id }): Unpublished => ({ id, fault: 'not appended', reason: missing.reason })),
    ]
  }

  #recordsIn(body: string): ReturnType<typeof recordsOf> {
    const read = recordsOf(body)
    if ('malformed' in read) return read
    const stray = read.records.find(({ topic }) => !this.#topics.has(topic))
    return stray === undefined ? read : { malformed: `there is no topic ${stray.topic}` }
  }

  /** @returns undefined where everything is acknowledged; else why not, and of which topics something may be missing */
  async #append(
    records: readonly OutgoingRecord[],
    patience: number,
  ): Promise<{ readonly reason: string; readonly lacks: (topic: string) => boolean } | undefined> {
    this.#sink ??= this.#open()
    const opening = this.#sink
    let sink: EventSink | undefined
    try {
      await within(patience, async () => {
        sink = await opening
        await sink.accept(records)
        await sink.flush()
      })
      return undefined
    } catch (error) {
      this.#sink = undefined
      if (sink !== undefined) await closed(sink)
      // It may open after all, when nobody waits for it any more; why it did not is told below.
      else opening.then(closed, () => undefined)
      const tally = sink?.tally
      const lacks = (topic: string) => {
        const counted = tally?.get(topic)
        return counted === undefined || counted.acknowledged < counted.accepted
      }
      return { reason: error instanceof Error ? error.message : String(error), lacks }
    }
  }
}

/** What it still held comes again, so nothing is lost by one that cannot even be closed. */
async function closed(sink: EventSink): Promise<void> {
  try {
    await sink.close()
  } catch (error) {
    console.error(`The log's client did not close: ${error instanceof Error ? error.message : error}`)
  }
}

async function within(ms: number, work: () => Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`the log did not acknowledge within ${ms} ms`)), ms)
  try {
    await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
