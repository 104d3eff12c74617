import { setTimeout as wait } from 'node:timers/promises'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { pauseOf } from '#domain/pause.ts'
import type { EventSink, OutgoingRecord, Tally } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { Acknowledgements } from '../event-logs/acknowledgements.ts'
import { ENVELOPE_BYTES, messageText, recordText } from './envelope.ts'
import { CALL_BYTES, CALL_MESSAGES, type OfferMessages, offerToQueue, queueClient } from './send-messages.ts'

export interface QueueSinkSettings {
  readonly queueUrl: string
  /** One attempt a call is enough: the sink offers again what was not taken. @default as the environment says */
  readonly client?: SQSClient
  /** Bytes taken over and not yet acknowledged, at most; then `accept` waits. @default 16 MiB */
  readonly pendingBytes?: number
  /** How long one message is offered before all is given up, ms. @default 60,000 */
  readonly deadlineMs?: number
  /** Calls at once. @default 4 */
  readonly calls?: number
}

/** Bytes of a message that carries several records: few enough that one which is tried again is soon done. */
const MESSAGE_BYTES = 200_000

/** Between attempts, ms. */
const PAUSES = { base: 50, cap: 5_000 }

interface Waiting {
  readonly topic: string
  readonly text: string
  readonly bytes: number
}

interface Message {
  readonly text: string
  readonly records: readonly Waiting[]
}

/**
 * Hands records over through a queue, packed into messages. What was not taken is offered again, and nothing else, after
 * pauses drawn at random: many that failed together do not come back together.
 *
 * A standard queue keeps no order, so records of one key may be appended in another one, and each at least once:
 * whoever reads the topics takes an event by its id and its own time.
 */
export class QueueSink implements EventSink {
  readonly #offer: OfferMessages
  readonly #close: () => void
  readonly #pendingBytes: number
  readonly #deadlineMs: number
  readonly #calls: number
  readonly #waiting: Waiting[] = []
  /** Room is counted in bytes. */
  readonly #acknowledgements = new Acknowledgements()
  readonly #closed = new AbortController()
  #sending = 0

  constructor({
    queueUrl,
    client,
    pendingBytes = 16 * 1024 * 1024,
    deadlineMs = 60_000,
    calls = 4,
  }: QueueSinkSettings) {
    const sqs = client ?? queueClient()
    this.#offer = offerToQueue(sqs, queueUrl)
    this.#close = () => {
      if (client === undefined) sqs.destroy()
    }
    this.#pendingBytes = pendingBytes
    this.#deadlineMs = deadlineMs
    this.#calls = calls
  }

  /** @throws Refusal where a record is larger than a message can be: then none of these is taken over */
  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    this.#acknowledgements.check()
    const taken = records.map(waiting)
    for (const record of taken) {
      this.#acknowledgements.accept(record.topic, record.bytes)
      this.#waiting.push(record)
    }
    for (let free = this.#calls - this.#sending; free > 0 && this.#waiting.length > 0; free -= 1) this.#empty()
    await this.#acknowledgements.below(this.#pendingBytes)
  }

  async flush(): Promise<void> {
    await this.#acknowledgements.below(1)
  }

  get tally(): ReadonlyMap<string, Tally> {
    return this.#acknowledgements.tally
  }

  async close(): Promise<void> {
    this.#acknowledgements.fail(new Error('the sink was closed'))
    this.#closed.abort()
    this.#close()
  }

  /** Sends what waits until nothing does; as many such runs as calls at once. */
  async #empty(): Promise<void> {
    this.#sending += 1
    try {
      while (this.#waiting.length > 0 && !this.#acknowledgements.isOver) await this.#deliver(takeCall(this.#waiting))
    } catch (error) {
      this.#acknowledgements.fail(error)
    } finally {
      this.#sending -= 1
    }
  }

  async #deliver(messages: readonly Message[]): Promise<void> {
    const deadline = performance.now() + this.#deadlineMs
    let pending = messages
    for (let attempt = 0; ; attempt += 1) {
      const notTaken = await this.#offer(pending.map(({ text }) => text))
      const taken = pending.filter((_, at) => !notTaken.has(at))
      for (const { topic, bytes } of taken.flatMap(({ records }) => records))
        this.#acknowledgements.acknowledge(topic, 1, bytes)
      pending = pending.filter((_, at) => notTaken.has(at))
      if (pending.length === 0 || this.#acknowledgements.isOver) return
      const pause = pauseOf(attempt, PAUSES, Math.random)
      if (performance.now() + pause > deadline) {
        const [reason] = notTaken.values()
        throw new Error(`The queue did not take ${pending.length} messages within ${this.#deadlineMs} ms: ${reason}`)
      }
      await wait(pause, undefined, { signal: this.#closed.signal })
    }
  }
}

function waiting(record: OutgoingRecord): Waiting {
  const text = recordText(record)
  const bytes = Buffer.byteLength(text)
  if (bytes + ENVELOPE_BYTES > CALL_BYTES) {
    throw new Refusal(
      `A record for ${record.topic} takes ${bytes} bytes, more than a message of 1 MiB holds: send it to the log itself.`,
    )
  }
  return { topic: record.topic, text, bytes }
}

/** Takes away from the front what one call carries: at least one message of at least one record. */
function takeCall(waiting: Waiting[]): readonly Message[] {
  const messages: Message[] = []
  let bytes = 0
  while (messages.length < CALL_MESSAGES && waiting.length > 0) {
    const [size, length] = nextMessage(waiting)
    if (messages.length > 0 && bytes + size > CALL_BYTES) break
    const records = waiting.splice(0, length)
    messages.push({ records, text: messageText(records.map(({ text }) => text)) })
    bytes += size
  }
  return messages
}

/** How many bytes and records the next message has. */
function nextMessage(waiting: readonly Waiting[]): readonly [bytes: number, records: number] {
  let bytes = ENVELOPE_BYTES
  let records = 0
  for (const record of waiting) {
    const size = record.bytes + (records > 0 ? 1 : 0)
    if (records > 0 && bytes + size > MESSAGE_BYTES) break
    bytes += size
    records += 1
  }
  return [bytes, records]
}
