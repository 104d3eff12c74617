import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BufferFile, type Header } from './buffer-file.ts'
import { type Counts, noCounts } from './counts.ts'
import type { Delivery } from './delivery.ts'
import type { Destination } from './destination.ts'
import { type Share, sortRecords } from './intake.ts'
import { DEFAULT_TIME, evaluatePrefix, hasExpression } from './prefix.ts'

/** Partitions that may be active at once, by AWS's default quota. */
const MOST_PARTITIONS = 500
/** Waits between attempts to deliver, ms. */
const FIRST_WAIT = 100
const LONGEST_WAIT = 5_000

/** What a stream is made of. */
export interface Parts {
  readonly name: string
  /** The stream's own folder, for its buffers. */
  readonly folder: string
  readonly destination: Destination
  readonly version: number
  readonly delivery: Delivery
  /** How many times faster the clock of its buffers runs. */
  readonly speedup: number
}

/** A stream at work: takes records, holds them in buffers, and delivers each buffer when it is full or old enough. */
export class DeliveryStream {
  readonly name: string
  readonly counts: Counts = noCounts()
  readonly #folder: string
  readonly #delivery: Delivery
  readonly #speedup: number
  #destination: Destination
  #version: number
  /** Buffers that are being filled, by kind and key. */
  readonly #open = new Map<string, BufferFile>()
  /** Buffers that wait for S3, oldest first. */
  readonly #ready: BufferFile[] = []
  #delivering: Promise<void> | undefined
  /** Whether the last delivery failed. */
  #isFailing = false
  #isEnding = false

  /** Finds what an earlier process left in the folder; that is delivered at once. */
  constructor({ name, folder, destination, version, delivery, speedup }: Parts) {
    mkdirSync(folder, { recursive: true })
    this.name = name
    this.#folder = folder
    this.#delivery = delivery
    this.#speedup = speedup
    this.#destination = destination
    this.#version = version
    for (const buffer of BufferFile.recover(folder)) {
      this.#ready.push(buffer)
      this.counts.accepted += buffer.count
      this.counts.buffered += buffer.count
    }
    this.#deliver()
  }

  /** Writes records to buffers; when it returns, they survive this process. @param now arrival, ms */
  accept(records: readonly Buffer[], now: number): void {
    const admitted = new Set<string>()
    const admit = (key: string) => {
      if (admitted.has(key) || this.#open.has(`data ${key}`)) return true
      if (this.#activePartitions() + admitted.size >= MOST_PARTITIONS) return false
      admitted.add(key)
      return true
    }
    for (const share of sortRecords(this.#destination, records, now, admit)) this.#put(share, now)
    this.counts.records += records.length
  }

  /** Delivers the buffers whose time has come. @param now ms */
  tick(now: number): void {
    for (const [name, buffer] of this.#open) {
      if (now - buffer.header.opened >= this.#destination.bufferMs / this.#speedup) this.#seal(name, buffer)
    }
  }

  /**
   * Delivers all that is held. @returns whether S3 has all of it before the deadline, ms
   * @param untilFailure whether to give up as soon as a delivery fails
   */
  async flush(deadline: number, { untilFailure = false } = {}): Promise<boolean> {
    const end = performance.now() + deadline
    while (this.counts.buffered > 0 && performance.now() < end && !(untilFailure && this.#isFailing)) {
      for (const [name, buffer] of this.#open) this.#seal(name, buffer)
      await Promise.race([this.#delivering, delay(Math.min(50, end - performance.now()))])
    }
    return this.counts.buffered === 0
  }

  /** From now on to this destination; what is held goes there, too, under the prefixes that it was sorted by. */
  update(destination: Destination, version: number): void {
    for (const [name, buffer] of this.#open) this.#seal(name, buffer)
    this.#destination = destination
    this.#version = version
  }

  /** Ends the deliveries. What is still held stays on disk, or goes with the stream. */
  async end({ removes }: { readonly removes: boolean }): Promise<void> {
    this.#isEnding = true
    await this.#delivering
    if (removes) rmSync(this.#folder, { recursive: true, force: true })
  }

  #activePartitions(): number {
    const keys = new Set([...this.#open.values(), ...this.#ready].flatMap(partitionOf))
    return keys.size
  }

  #put({ kind, key, keys, lines }: Share, now: number): void {
    const name = `${kind} ${key}`
    let buffer = this.#open.get(name)
    if (!buffer) {
      const prefix = kind === 'data' ? this.#prefix(now, keys) : this.#errorPrefix(now, key)
      buffer = BufferFile.open(this.#folder, { kind, key, prefix, opened: now })
      this.#open.set(name, buffer)
    }
    buffer.append(lines)
    this.counts.accepted += lines.length
    this.counts.buffered += lines.length
    if (buffer.bytes >= this.#destination.bufferBytes) this.#seal(name, buffer)
  }

  #prefix(arrival: number, keys: Share['keys']): string {
    const { prefix, zone } = this.#destination
    return evaluatePrefix(hasExpression(prefix) ? prefix : prefix + DEFAULT_TIME, { arrival, zone, keys })
  }

  #errorPrefix(arrival: number, errorType: string): string {
    const { prefix, errorPrefix, zone } = this.#destination
    const template = errorPrefix ?? `${prefix}!{firehose:error-output-type}/`
    const whole = hasExpression(errorPrefix ?? '') ? template : template + DEFAULT_TIME
    return evaluatePrefix(whole, { arrival, zone, errorType })
  }

  #seal(name: string, buffer: BufferFile): void {
    this.#open.delete(name)
    this.#ready.push(buffer)
    this.#deliver()
  }

  #deliver(): void {
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = undefined
      if (this.#ready.length > 0 && !this.#isEnding) this.#deliver()
    })
  }

  async #deliverAll(): Promise<void> {
    let wait = FIRST_WAIT
    for (let buffer = this.#ready[0]; buffer && !this.#isEnding; buffer = this.#ready[0]) {
      try {
        await this.#deliverOne(buffer)
        this.#ready.shift()
        this.#isFailing = false
        wait = FIRST_WAIT
      } catch (error) {
        this.#isFailing = true
        console.error(`${this.name}: ${error instanceof Error ? error.message : String(error)}; again in ${wait} ms`)
        await delay(wait)
        wait = Math.min(2 * wait, LONGEST_WAIT)
      }
    }
  }

  async #deliverOne(buffer: BufferFile): Promise<void> {
    const { count, header } = buffer
    const place = { name: this.name, version: this.#version, destination: this.#destination }
    const { delivered, failed } = await this.#delivery.deliver(buffer, place)
    this.counts.buffered -= count
    this.counts.accepted -= failed.length
    // Written before their buffer goes: a process that ends in between delivers twice, and loses nothing.
    if (failed.length > 0) {
      this.#put({ kind: 'errors', key: 'format-conversion-failed', keys: {}, lines: [...failed] }, header.opened)
    }
    buffer.remove()
    this.counts[header.kind === 'data' ? 'delivered' : 'errored'] += delivered
    if (delivered > 0) this.counts.objects++
  }
}

const partitionOf = ({ header }: { readonly header: Header }) => (header.kind === 'data' ? [header.key] : [])

/** Where a stream keeps its buffers below the bridge's folder. */
export const bufferFolder = (folder: string, name: string) => join(folder, name, 'buffers')
