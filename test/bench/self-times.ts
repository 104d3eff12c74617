import type { Profiler } from 'node:inspector'

/** Where a call stands in the code says what work it is; the first rule that fits counts. */
const KINDS: readonly (readonly [kind: string, url: RegExp, functionName?: RegExp])[] = [
  ['garbage collection', /^$/, /^\(garbage collector\)$/],
  ['event parsing', /adapters\/event-sources\//],
  ['event parsing', /bench\/profile\.ts$/],
  ['contract checks', /node_modules\/zod\/|events\/to-zod\.ts|domain\/decimal\.ts$/],
  ['decode Avro', /node_modules\/avsc\/|adapters\/avro\//],
  ['ids and fingerprints', /events\/remembered-ids\.ts$|events\/define-event\.ts$/],
  ['ids and fingerprints', /generation-state\.ts$/, /^fingerprintOf$/],
  ['ids and fingerprints', /^node:internal\/crypto\//],
  ['fold', /metrics\/(fold|aggregates|ohlc|position|latest-price|define-metric)\.ts$/],
  ['fold', /generation-state\.ts$/, /^#fold$/],
  ['merge', /metrics\/bucket\.ts$/],
  ['merge', /generation-state\.ts$/],
  ['encode and decode buckets', /redis\/(bucket-text|hot-store|keys)\.ts$/],
  [
    'Redis client',
    /node_modules\/(ioredis|@ioredis|redis-parser|redis-errors|cluster-key-slot|denque|standard-as-callback)\//,
  ],
  ['Redis client', /^node:(net|internal\/stream|internal\/streams|events|stream)/],
]

/** Not work: waiting for Redis, and what the profiler cannot tell. */
const IDLE = new Set(['(idle)', '(program)', '(root)'])
const MOST_FUNCTIONS = 20

/**
 * Adds up what every function took itself, by kind of work, in % of the busy time. What is native (JSON, Buffer, Map)
 * has no place of its own in the code and counts for the nearest caller that has one.
 */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile) {
  const own = new Map<number, number>()
  for (const [i, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[i] ?? 0))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const kindOf = (id: number | undefined): string => {
    const node = id === undefined ? undefined : byId.get(id)
    if (node === undefined) return 'other'
    const { url, functionName } = node.callFrame
    const rule = KINDS.find(([, where, name]) => where.test(url) && (name === undefined || name.test(functionName)))
    return rule === undefined ? kindOf(parents.get(node.id)) : rule[0]
  }

  const kinds = new Map<string, number>()
  const functions = new Map<string, number>()
  let busy = 0
  for (const { id, callFrame } of nodes) {
    const time = own.get(id) ?? 0
    if (time === 0 || IDLE.has(callFrame.functionName)) continue
    busy += time
    const kind = kindOf(id)
    kinds.set(kind, (kinds.get(kind) ?? 0) + time)
    const file = callFrame.url.slice(callFrame.url.lastIndexOf('/') + 1) || 'native'
    const name = `${callFrame.functionName || '(anonymous)'} ${file}:${callFrame.lineNumber + 1}`
    functions.set(name, (functions.get(name) ?? 0) + time)
  }
  const percent = (time: number) => Math.round((1_000 * time) / Math.max(busy, 1)) / 10
  const largestFirst = (times: ReadonlyMap<string, number>) => [...times].sort(([, a], [, b]) => b - a)
  return {
    kinds: largestFirst(kinds).map(([kind, time]) => ({ kind, percent: percent(time) })),
    functions: largestFirst(functions)
      .slice(0, MOST_FUNCTIONS)
      .map(([name, time]) => ({ name, percent: percent(time) })),
  }
}
