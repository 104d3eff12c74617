import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { limits } from './limits.ts'
import { Quota } from './quota.ts'

/** A record as it stands in a shard. */
export interface StoredRecord {
  readonly sequence: bigint
  /** When it arrived, ms; never before the record that it follows. */
  readonly arrivedAt: number
  readonly key: string
  readonly data: Buffer
}

/** Between two sequence numbers: as on AWS, they are nothing but holes. */
const STEP = 1_208_925_819n
/** Of a frame: its length without these bytes, the arrival, and the length of the key. */
const HEAD = 4 + 8 + 2

/**
 * One shard: a file that only grows, read and written in place, with the places of its records in memory. What a crash
 * left half written is cut off.
 */
export class Shard {
  readonly id: string
  readonly #first: bigint
  readonly #file: number
  readonly #places: number[] = []
  readonly #arrivals: number[] = []
  #size = 0
  readonly #write: { readonly records: Quota; readonly bytes: Quota }
  readonly #read: { readonly calls: Quota; readonly bytes: Quota }

  /** @param first the number before that of the first record @param now ms */
  constructor(id: string, first: bigint, file: string, now: number) {
    this.id = id
    this.#first = first
    if (existsSync(file)) this.#load(readFileSync(file))
    this.#file = openSync(file, existsSync(file) ? 'r+' : 'w+')
    ftruncateSync(this.#file, this.#size)
    this.#write = { records: new Quota(limits.writeRecords, now), bytes: new Quota(limits.writeBytes, now) }
    this.#read = { calls: new Quota(limits.readCalls, now), bytes: new Quota(limits.readBytes, now) }
  }

  /** The sequence number at which the shard begins; no record has it. */
  get start(): bigint {
    return this.#first
  }

  /** How many records it ever took. */
  get count(): number {
    return this.#places.length
  }

  /** Appends a record where the shard still takes one this second. @returns its number, undefined where it does not */
  append(key: string, data: Buffer, now: number): bigint | undefined {
    const bytes = Buffer.byteLength(key) + data.length
    const { records, bytes: written } = this.#write
    if (!records.has(1, now) || !written.has(bytes, now)) return undefined
    records.take(1)
    written.take(bytes)
    const arrivedAt = Math.max(now, this.#arrivals.at(-1) ?? 0)
    const frame = frameOf(arrivedAt, key, data)
    writeSync(this.#file, frame, 0, frame.length, this.#size)
    this.#places.push(this.#size)
    this.#arrivals.push(arrivedAt)
    this.#size += frame.length
    return this.#sequenceOf(this.count - 1)
  }

  /** Whether the shard answers another GetRecords call this second; it counts as one. */
  admitsRead(now: number): boolean {
    const { calls, bytes } = this.#read
    if (!calls.has(1, now) || !bytes.has(0, now)) return false
    calls.take(1)
    return true
  }

  /** Records from a place on: at most so many, and no more bytes than one answer holds. */
  read(from: number, most: number): readonly StoredRecord[] {
    const begin = this.#places[from]
    if (begin === undefined) return []
    let to = from + 1
    while (to < this.count && to - from < most && this.#end(to) - begin <= limits.answerBytes) to += 1
    const bytes = Buffer.alloc(this.#end(to - 1) - begin)
    readSync(this.#file, bytes, 0, bytes.length, begin)
    this.#read.bytes.take(bytes.length)
    return Array.from({ length: to - from }, (_, at) => {
      const place = (this.#places[from + at] ?? begin) - begin
      const data = place + HEAD + bytes.readUInt16BE(place + 12)
      return {
        sequence: this.#sequenceOf(from + at),
        arrivedAt: bytes.readDoubleBE(place + 4),
        key: bytes.toString('utf8', place + HEAD, data),
        data: bytes.subarray(data, place + 4 + bytes.readUInt32BE(place)),
      }
    })
  }

  /** The place of the record with a number; undefined where none has it. */
  placeOf(sequence: bigint): number | undefined {
    const distance = sequence - this.#first
    const place = Number(distance / STEP) - 1
    return distance % STEP === 0n && place >= 0 && place < this.count ? place : undefined
  }

  /** The place of the first record that arrived at a moment or after it. */
  placeSince(moment: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#arrivals[middle] ?? 0) < moment) low = middle + 1
      else high = middle
    }
    return low
  }

  /** How long the record at a place has been there, at least 1 ms; 0 where there is none yet. */
  ageOf(place: number, now: number): number {
    const arrivedAt = this.#arrivals[place]
    return arrivedAt === undefined ? 0 : Math.max(1, now - arrivedAt)
  }

  close(): void {
    closeSync(this.#file)
  }

  #sequenceOf(place: number): bigint {
    return this.#first + BigInt(place + 1) * STEP
  }

  #end(place: number): number {
    return this.#places[place + 1] ?? this.#size
  }

  #load(bytes: Buffer): void {
    while (this.#size + HEAD <= bytes.length) {
      const end = this.#size + 4 + bytes.readUInt32BE(this.#size)
      if (end > bytes.length) return
      this.#places.push(this.#size)
      this.#arrivals.push(bytes.readDoubleBE(this.#size + 4))
      this.#size = end
    }
  }
}

function frameOf(arrivedAt: number, key: string, data: Buffer): Buffer {
  const keyBytes = Buffer.from(key)
  const frame = Buffer.alloc(HEAD + keyBytes.length + data.length)
  frame.writeUInt32BE(frame.length - 4, 0)
  frame.writeDoubleBE(arrivedAt, 4)
  frame.writeUInt16BE(keyBytes.length, 12)
  keyBytes.copy(frame, HEAD)
  data.copy(frame, HEAD + keyBytes.length)
  return frame
}
