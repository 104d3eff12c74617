import type { ConditionalObjects, Executions, Lake, LakeStatements } from '#domain/ports.ts'
import type { Table } from '#domain/tables/table.ts'

/** What the planner's verbs are made of. */
export interface Planner {
  readonly stage: string
  readonly tables: readonly Table[]
  /** Schedules by name. */
  readonly schedules: readonly string[]
  readonly lake: Lake
  /** Of the workgroup in which builds run. */
  readonly statements: LakeStatements
  /** Of the lake's bucket. */
  readonly objects: ConditionalObjects
  readonly executions: Executions
  readonly lakeBucket: string
  readonly scratchBucket: string
  readonly silverJob: string
  /** The clock, ms. */
  now(): number
}
