import { availableParallelism } from 'node:os'
import type { Drain } from './drain.ts'
import { count, type Spread } from './figures.ts'
import type { Latency } from './latency.ts'
import type { Peer } from './peer.ts'
import type { Profile } from './profile.ts'

/** All that one run found. */
export interface Results {
  readonly latencies: readonly Latency[]
  readonly drain: Omit<Drain, 'stretches'>
  readonly peer: Peer
  readonly profile: Profile
}

/** The figures as one table, each with the load beside it. */
export function table({ latencies, drain, peer, profile }: Results): string {
  const cores = availableParallelism()
  return [
    `Latency, ms, from the moment each event was scheduled (open loop, 15 s). ${cores} cores, shared with all that runs here.`,
    line('events/s', 'way', ['p50', 'p95', 'p99', 'max', 'n'], 'load'),
    ...latencies.flatMap(latencyLines),
    '',
    `Throughput, events/s, over ${count(drain.events)} events`,
    rate('produced, acknowledged by the broker', drain.producedPerSecond, drain.produceLoad),
    rate('counted exactly, through LocalStack and Lambda', drain.countedPerSecond, drain.load),
    rate('the peer: one plain consumer', peer.eventsPerSecond, peer.load),
    '  The peer lacks: exact decimals, protection from counting twice, checks, event-time order, gap detection, Lambda.',
    rate('the use case alone, one process, profiled', profile.eventsPerSecond, profile.load),
    '',
    `Processor seconds while draining: ${drain.used.map(({ name, seconds }) => `${name} ${seconds}`).join(', ')}`,
    '',
    'Where the hot path spends its busy time, %',
    ...profile.kinds.map(({ kind, percent }) => `  ${kind.padEnd(28)}${percent.toFixed(1).padStart(6)}`),
  ].join('\n')
}

function latencyLines({
  eventsPerSecond,
  asked,
  load,
  toLog,
  logToRedis,
  toRedis,
  toApi,
  redisToApi,
  answerEvery,
}: Latency) {
  const row = (way: string, spread: Spread | undefined) =>
    spread === undefined ? [] : [line(count(eventsPerSecond), way, cells(spread), load.toFixed(1))]
  if (asked) {
    const every = ` (asked every ${answerEvery} ms)`
    return [
      ...row('scheduled → Redis, API asked', toRedis),
      ...row('Redis → API', redisToApi),
      ...row(`scheduled → API${every}`, toApi),
    ]
  }
  return [
    ...row('scheduled → in the log', toLog),
    ...row('in the log → Redis', logToRedis),
    ...row('scheduled → Redis', toRedis),
  ]
}

const cells = ({ p50, p95, p99, max, n }: Spread): readonly string[] => [
  ...[p50, p95, p99, max].map((ms) => ms.toFixed(1)),
  count(n),
]

const line = (first: string, way: string, figures: readonly string[], load: string): string =>
  `  ${first.padStart(8)}  ${way.padEnd(40)}${figures.map((figure) => figure.padStart(9)).join('')}${load.padStart(7)}`

const rate = (what: string, perSecond: number, load: number): string =>
  `  ${what.padEnd(50)}${count(perSecond).padStart(9)}   load ${load.toFixed(1)}`
