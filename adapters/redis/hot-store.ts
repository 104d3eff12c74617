import { randomBytes } from 'node:crypto'
import type { Cluster } from 'ioredis'
import type { Bucket, BucketName } from '#domain/metrics/bucket.ts'
import type { Metric } from '#domain/metrics/define-metric.ts'
import type { Advance, Checkpoint, Generation, HotStore, Partition, Standing } from '#domain/ports.ts'
import { statesOfText, statesToText } from './bucket-text.ts'
import { bucketKey, checkpointKey, generationsKey, groupKey, groupOf, groupsKey, idsKey, memberOf } from './keys.ts'
import { ABANDON, ADVANCE, CLOSE, REPLACE } from './scripts.ts'

/** Bytes of one remembered id: the fingerprints given to the store have just this length in latin1. */
export const FINGERPRINT_BYTES = 16

/** How long a replaced generation's checkpoint still tells laggards where to go, ms. */
const KEEP_CLOSED_MS = 3_600_000

/** ElastiCache Serverless takes 3,999 arguments a call; a bucket takes four, or eight with its group. */
const BUCKETS_PER_ADVANCE = 450

interface Scripted {
  lsAdvance(...args: (string | number | Buffer)[]): Promise<number>
  lsClose(key: string, ...args: string[]): Promise<number>
  lsReplace(key: string, ...args: string[]): Promise<number>
  lsAbandon(key: string, ...args: string[]): Promise<number>
}

/** The hot store on Redis in cluster mode, within the limits of ElastiCache Serverless. */
export class RedisHotStore implements HotStore {
  readonly bucketsPerAdvance = BUCKETS_PER_ADVANCE
  readonly #redis: Cluster & Scripted
  readonly #forever: readonly Metric[]
  readonly #foreverNames: ReadonlySet<string>

  /** @param metrics all that are stored: those kept `forever` are listed by group and swept by name. */
  constructor(redis: Cluster, metrics: readonly Metric[]) {
    redis.defineCommand('lsAdvance', ADVANCE)
    redis.defineCommand('lsClose', CLOSE)
    redis.defineCommand('lsReplace', REPLACE)
    redis.defineCommand('lsAbandon', ABANDON)
    this.#redis = redis as Cluster & Scripted
    this.#forever = metrics.filter(({ every }) => every === 'forever')
    this.#foreverNames = new Set(this.#forever.map(({ name }) => name))
  }

  async generations(partition: Partition): Promise<{ readonly current?: string; readonly building?: string }> {
    const [current, building] = await this.#redis.hmget(generationsKey(partition), 'current', 'building')
    return { ...(current ? { current } : {}), ...(building ? { building } : {}) }
  }

  async propose(partition: Partition, as: 'current' | 'building', generation: string): Promise<string> {
    const key = generationsKey(partition)
    await this.#redis.hsetnx(key, as, generation)
    return (await this.#redis.hget(key, as)) ?? generation
  }

  async standing(generation: Generation): Promise<Standing> {
    return standingOf(await this.#redis.hgetall(checkpointKey(generation)))
  }

  async buckets(generation: Generation, names: readonly BucketName[]): Promise<readonly Bucket[]> {
    const texts = await Promise.all(
      names.map((name) => this.#redis.hget(bucketKey(generation, name), memberOf(name.entity))),
    )
    return names.flatMap((name, i) => {
      const text = texts[i]
      return text ? [{ ...name, states: statesOfText(text) }] : []
    })
  }

  async ids(
    generation: Generation,
    from: number,
    to: number,
    known: (span: number) => number = () => 0,
  ): Promise<readonly (readonly [span: number, ids: readonly string[]])[]> {
    const spans = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
    const blobs = await Promise.all(
      spans.map((span) => this.#redis.getrangeBuffer(idsKey(generation, span), known(span) * FINGERPRINT_BYTES, -1)),
    )
    return spans.map((span, i) => [span, idsOfBlob(blobs[i])])
  }

  async advance(generation: Generation, { expected, checkpoint, buckets, ids, keepIdsMs }: Advance): Promise<boolean> {
    const spans = [...ids].filter(([, fingerprints]) => fingerprints.length > 0)
    const fields = fieldsOf(checkpoint)
    const keys = [checkpointKey(generation), ...spans.map(([span]) => idsKey(generation, span))]
    const values: (string | number | Buffer)[] = [expected ?? '', fields.length / 2, ...fields, spans.length, keepIdsMs]
    for (const [, fingerprints] of spans) values.push(Buffer.from(fingerprints.join(''), 'latin1'))
    const put = (key: string, field: string, value: string, keepMs?: number) => {
      keys.push(key)
      values.push(field, value, keepMs === undefined ? '' : Math.ceil(keepMs))
    }
    const groups = new Map<string, readonly [metric: string, group: string]>()
    for (const { bucket, keepMs } of buckets) {
      put(bucketKey(generation, bucket), memberOf(bucket.entity), statesToText(bucket.states), keepMs)
      const { metric, entity } = bucket
      if (this.#foreverNames.has(metric)) groups.set(`${metric}\n${groupOf(entity)}`, [metric, groupOf(entity)])
    }
    for (const [metric, group] of groups.values()) put(groupsKey(generation, metric), group, '')
    return (await this.#redis.lsAdvance(keys.length, ...keys, ...values)) === 1
  }

  async close(generation: Generation, successor: string, next: bigint): Promise<boolean> {
    return (await this.#redis.lsClose(checkpointKey(generation), successor, next.toString())) === 1
  }

  async replace(partition: Partition, from: string | undefined, to: string): Promise<boolean> {
    return (await this.#redis.lsReplace(generationsKey(partition), from ?? '', to)) === 1
  }

  async abandon(partition: Partition, building: string): Promise<void> {
    await this.#redis.lsAbandon(generationsKey(partition), building)
  }

  async sweep(partition: Partition): Promise<void> {
    const key = generationsKey(partition)
    const fields = await this.#redis.hkeys(key)
    for (const field of fields.filter((name) => name.startsWith(RETIRED))) {
      const generation = { ...partition, generation: field.slice(RETIRED.length) }
      for (const { name } of this.#forever) {
        const groups = await this.#redis.hkeys(groupsKey(generation, name))
        await Promise.all(groups.map((group) => this.#redis.del(groupKey(generation, name, 0, group))))
        await this.#redis.del(groupsKey(generation, name))
      }
      await this.#redis.pexpire(checkpointKey(generation), KEEP_CLOSED_MS)
      await this.#redis.hdel(key, field)
    }
  }
}

const RETIRED = 'retired:'

/** A token for the next write: whoever holds the same one holds the same values. */
export const newToken = (): string => randomBytes(9).toString('base64url')

function fieldsOf({ token, shape, next, from, gap, appendedAt, writtenAt }: Checkpoint): (string | number)[] {
  const fields = [
    'token',
    token,
    'shape',
    shape,
    'next',
    `${next}`,
    'from',
    `${from}`,
    'appended_at',
    appendedAt,
    'written_at',
    writtenAt,
  ]
  return gap === undefined ? fields : [...fields, 'gap_from', `${gap.from}`, 'gap_to', `${gap.to}`]
}

/** What a checkpoint's hash says; an empty one says that there is none. */
export function standingOf(fields: Readonly<Record<string, string>>): Standing {
  const { replaced_by, token, shape = '', next, from, gap_from, gap_to, appended_at, written_at } = fields
  if (replaced_by) return { replacedBy: replaced_by }
  if (token === undefined || next === undefined || from === undefined) return { checkpoint: undefined }
  return {
    checkpoint: {
      token,
      shape,
      next: BigInt(next),
      from: BigInt(from),
      ...(gap_from !== undefined && gap_to !== undefined
        ? { gap: { from: BigInt(gap_from), to: BigInt(gap_to) } }
        : {}),
      appendedAt: Number(appended_at),
      writtenAt: Number(written_at),
    },
  }
}

function idsOfBlob(blob: Buffer | undefined): readonly string[] {
  if (blob === undefined) return []
  return Array.from({ length: blob.length / FINGERPRINT_BYTES }, (_, i) =>
    blob.toString('latin1', i * FINGERPRINT_BYTES, (i + 1) * FINGERPRINT_BYTES),
  )
}
