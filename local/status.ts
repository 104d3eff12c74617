import { Admin, ListOffsetTimestamps } from '@platformatic/kafka'
import { marked, memoryOf, recordedParts, runningPart } from './process.ts'
import { loadState } from './state.ts'
import { logParts, type Transport, transportOf } from './transport.ts'
import { partNames } from './up.ts'

/** One process of the platform. `dead`: it ended without being asked to; `ended`: so did a producer, whose work was done. */
export interface EngineStatus {
  readonly name: string
  readonly state: 'running' | 'stopped' | 'dead' | 'ended'
  readonly pid: number | null
  readonly memory_mb: number
}

/** How far a consumer group is behind in a topic, in records, all partitions together. */
export interface Lag {
  readonly group: string
  readonly topic: string
  readonly lag: number
}

/** What `lodestream status` tells. Addresses are null until `up` has finished. */
export interface Status {
  /** What topics stand on. Of Kinesis nobody can tell how far a consumer is behind but the API, in ms. */
  readonly transport: Transport
  readonly api: string | null
  readonly page: string | null
  readonly engines: readonly EngineStatus[]
  readonly lags: readonly Lag[]
}

/** The state of every part at `home`, its Lambda processes, and the lag of its consumer groups. */
export async function statusOf(home: string): Promise<Status> {
  const { api, page, ports } = loadState(home)
  const recorded = recordedParts(home)
  const transport = transportOf(home)
  const foreign = logParts[transport === 'kafka' ? 'kinesis' : 'kafka']
  const names = [...partNames.filter((name) => !foreign.includes(name)), ...recorded.filter((name) => !isPart(name))]
  const parts = names.map((name): EngineStatus => {
    const part = runningPart(home, name)
    if (part) return { name, state: 'running', pid: part.pid, memory_mb: memoryOf(part.pid) }
    const state = !recorded.includes(name) ? 'stopped' : isPart(name) ? 'dead' : 'ended'
    return { name, state, pid: null, memory_mb: 0 }
  })
  const broker = runningPart(home, 'kafka') ? `127.0.0.1:${ports.kafka}` : undefined
  return {
    transport,
    api: api ?? null,
    page: page ?? null,
    engines: [...parts, ...lambdas(home)],
    lags: broker ? await lagsOf(broker) : [],
  }
}

function isPart(name: string): boolean {
  return partNames.some((part) => part === name)
}

function lambdas(home: string): EngineStatus[] {
  return marked(home).flatMap(({ pid, env }) => {
    const name = env.AWS_LAMBDA_FUNCTION_NAME
    if (!name) return []
    return [
      { name: `lambda-${name.replace(/^lodestream-local-/, '')}`, state: 'running', pid, memory_mb: memoryOf(pid) },
    ]
  })
}

async function lagsOf(broker: string): Promise<Lag[]> {
  const admin = new Admin({ clientId: 'lodestream-status', bootstrapBrokers: [broker], retries: 1, timeout: 3_000 })
  try {
    const groups = [...(await admin.listGroups()).keys()].filter((id) => id.startsWith('lodestream-'))
    if (groups.length === 0) return []
    const committed = await admin.listConsumerGroupOffsets({ groups })
    const lags: Lag[] = []
    for (const { groupId, topics } of committed) {
      for (const { name, partitions } of topics) {
        const ends = await endsOf(
          admin,
          name,
          partitions.map(({ partitionIndex }) => partitionIndex),
        )
        const behind = partitions.map(({ partitionIndex, committedOffset }) =>
          committedOffset < 0n ? 0n : (ends.get(partitionIndex) ?? committedOffset) - committedOffset,
        )
        lags.push({ group: groupId, topic: name, lag: Number(behind.reduce((sum, one) => sum + one, 0n)) })
      }
    }
    return lags
  } finally {
    await admin.close()
  }
}

async function endsOf(admin: Admin, topic: string, partitions: readonly number[]): Promise<Map<number, bigint>> {
  const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp: ListOffsetTimestamps.LATEST }))
  const answered = await admin.listOffsets({ topics: [{ name: topic, partitions: asked }] })
  return new Map(
    answered.flatMap(({ partitions }) => partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset])),
  )
}
