import type { BucketName } from '#domain/metrics/bucket.ts'
import type { Generation, Partition } from '#domain/ports.ts'

/**
 * How the hot store is laid out. All keys of a generation carry its hash tag, so one script can write them together:
 *
 *     {topic:partition}:generations               hash: current, building, retired:<generation>
 *     {topic:partition:generation}:checkpoint     hash: token, shape, next, from, gap_from, gap_to, appended_at, written_at, replaced_by
 *     {…}:ids:<span>                              string: sixteen bytes an id
 *     {…}:<metric>:<start>:<group>                hash: last value of the entity → states
 *     {…}:<metric>:groups                         hash: the groups of a `forever` metric that is named by several fields
 *
 * The group is the entity but for its last value, so that one account's positions are one hash.
 */
export const generationsKey = ({ topic, partition }: Partition): string => `{${topic}:${partition}}:generations`

const tag = ({ topic, partition, generation }: Generation): string => `{${topic}:${partition}:${generation}}`

export const checkpointKey = (generation: Generation): string => `${tag(generation)}:checkpoint`

export const idsKey = (generation: Generation, span: number): string => `${tag(generation)}:ids:${span}`

export const groupOf = (entity: readonly string[]): string => entity.slice(0, -1).join('\n')
export const memberOf = (entity: readonly string[]): string => entity.at(-1) ?? ''
export const entityOf = (group: string, member: string, arity: number): readonly string[] =>
  arity === 0 ? [] : [...(arity === 1 ? [] : group.split('\n')), member]

export const bucketKey = (generation: Generation, { metric, entity, start }: BucketName): string =>
  groupKey(generation, metric, start, groupOf(entity))

export const groupKey = (generation: Generation, metric: string, start: number, group: string): string =>
  `${tag(generation)}:${metric}:${start}:${group}`

export const groupsKey = (generation: Generation, metric: string): string => `${tag(generation)}:${metric}:groups`
