import type { NotTaken, PutRecords } from '#adapters/firehose/delivery.ts'

/** A delivery stream in memory that fails as Firehose does: some records of a call, or a whole call. */
export class StreamInMemory {
  /** Calls, each with the records that it offered. */
  readonly calls: (readonly Buffer[])[] = []
  readonly taken: Buffer[] = []
  /** The most calls that were under way at once. */
  most = 0
  #underWay = 0
  readonly #random: () => number
  failedRecords: number
  throttles: number

  constructor(random: () => number, { failedRecords = 0, throttles = 0 } = {}) {
    this.#random = random
    this.failedRecords = failedRecords
    this.throttles = throttles
  }

  readonly put: PutRecords = async (records) => {
    this.calls.push(records)
    this.#underWay += 1
    this.most = Math.max(this.most, this.#underWay)
    await new Promise((done) => setImmediate(done))
    this.#underWay -= 1
    const isThrottled = this.#random() < this.throttles
    const notTaken: NotTaken[] = []
    for (const record of records) {
      if (isThrottled || this.#random() < this.failedRecords) notTaken.push({ record, reason: 'Slow down.' })
      else this.taken.push(record)
    }
    return notTaken
  }

  /** The rows of all that was taken. */
  rows<Row>(parse: (line: string) => Row): readonly Row[] {
    return this.taken.flatMap((record) => record.toString('utf8').trimEnd().split('\n').map(parse))
  }
}
