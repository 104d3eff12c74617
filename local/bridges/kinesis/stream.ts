import { hash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Shard } from './shard.ts'

const Settings = z.object({
  name: z.string(),
  shards: z.number().int(),
  /** ms */
  created: z.number(),
  retentionHours: z.number(),
  keyId: z.string().optional(),
  tags: z.record(z.string(), z.string()).default({}),
})

/** What a stream is besides its records. */
export type StreamSettings = z.infer<typeof Settings>

/** Hashes of keys reach from 0 to one below this. */
const HASHES = 2n ** 128n

/** A stream in its folder: `stream.json`, and a file a shard. */
export class Stream {
  readonly shards: readonly Shard[]
  readonly #folder: string
  #settings: StreamSettings

  private constructor(folder: string, settings: StreamSettings, now: number) {
    this.#folder = folder
    this.#settings = settings
    this.shards = Array.from(
      { length: settings.shards },
      (_, at) => new Shard(shardId(at), firstNumber(settings.created, at), join(folder, `${shardId(at)}.log`), now),
    )
  }

  /** @param now ms */
  static create(folder: string, settings: StreamSettings, now: number): Stream {
    mkdirSync(folder, { recursive: true })
    const stream = new Stream(folder, settings, now)
    stream.change({})
    return stream
  }

  /** The one that was left in a folder. @param now ms */
  static open(folder: string, now: number): Stream {
    const settings = Settings.parse(JSON.parse(readFileSync(join(folder, 'stream.json'), 'utf8')))
    return new Stream(folder, settings, now)
  }

  get settings(): StreamSettings {
    return this.#settings
  }

  change(settings: Partial<StreamSettings>): void {
    this.#settings = { ...this.#settings, ...settings }
    writeFileSync(join(this.#folder, 'stream.json'), `${JSON.stringify(this.#settings, null, 2)}\n`)
  }

  /** Where keys with such hashes go: equal parts, the last with what is left over. */
  hashesOf(at: number): { readonly first: bigint; readonly last: bigint } {
    const width = HASHES / BigInt(this.shards.length)
    const first = width * BigInt(at)
    return { first, last: at === this.shards.length - 1 ? HASHES - 1n : first + width - 1n }
  }

  /** The shard of a key, or of a hash that is given instead of the key's own. */
  shardOf(key: string, explicitHash: string | undefined): Shard {
    const hashed = explicitHash === undefined ? BigInt(`0x${hash('md5', key, 'hex')}`) : BigInt(explicitHash)
    const at = Number(hashed / (HASHES / BigInt(this.shards.length)))
    const shard = this.shards[Math.min(at, this.shards.length - 1)]
    if (shard === undefined) throw new RangeError(`${this.settings.name} has no shard for the hash ${hashed}`)
    return shard
  }

  close(): void {
    for (const shard of this.shards) shard.close()
  }

  delete(): void {
    this.close()
    rmSync(this.#folder, { recursive: true })
  }
}

const shardId = (at: number): string => `shardId-${String(at).padStart(12, '0')}`

/** 56 digits, as on AWS: far beyond what a double tells apart, and higher in a stream that was created later. */
const firstNumber = (created: number, shard: number): bigint =>
  BigInt(`49${String(created).padStart(15, '0')}${String(shard).padStart(6, '0')}`) * 10n ** 33n
