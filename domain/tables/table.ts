/** The layers, in order; a table may read from its own layer and from those before it. */
export const layers = ['bronze', 'silver', 'gold', 'ops'] as const
export type Layer = (typeof layers)[number]

/** As its file and its readers name it: `sql/gold/ohlc_daily.sql` is `gold.ohlc_daily`. */
export type TableName = `${Layer}.${string}`

/** Which other days of a table a changed day of what it reads changes, too: none, the `n` after it, or all after it. */
export type Affects = 'none' | 'later' | number

/** A table that runs refresh: candidate, checks, one commit. */
export interface Table {
  readonly name: TableName
  /** Opens with the grain: 'One row per …'. */
  readonly doc: string
  /** The columns that identify a row: merge key, and checked to be unique and not null. */
  readonly grain: readonly [string, ...string[]]
  /** The date column that partitions it, and that a run replaces one value of. Absent: the table is rebuilt whole. */
  readonly day?: string
  /** A row of `sql/schedules.yml`. */
  readonly schedule: string
  /** @default 'none' */
  readonly affects: Affects
  /** In the order of the select. */
  readonly columns: readonly TableColumn[]
  readonly checks: readonly Check[]
  /** From the select itself: never declared, so never wrong. */
  readonly reads: readonly TableName[]
  readonly build: Build
}

/** How candidates are made: by one Athena select whose only parameter is `:day`, or by the Glue job from an event's bronze. */
export type Build =
  | { readonly kind: 'athena'; readonly select: string }
  | { readonly kind: 'glue'; readonly event: string }

export interface TableColumn {
  readonly name: string
  /** Athena's own type name. */
  readonly type: string
  readonly unit?: string
  readonly doc: string
}

/** A predicate that every row of a candidate satisfies. A row for which it is unknown (null) fails. */
export interface Check {
  readonly expect: string
  /** block: nothing is published; warn: published, and said. @default 'block' */
  readonly severity: 'block' | 'warn'
}

/** What went wrong in a file, where: all of it at once, so that an author fixes a file in one go. */
export interface Defect {
  readonly file: string
  readonly line: number
  readonly says: string
}

/** The statements of one run, every one of them complete: console, `--dry-run` and tests read the same plan. */
export interface RefreshPlan {
  readonly run: string
  readonly table: TableName
  /** `yyyy-mm-dd`; absent where the table is rebuilt whole. */
  readonly date?: string
  /** The candidate's name without its database. */
  readonly candidate: string
  readonly build:
    | { readonly kind: 'athena'; readonly sql: string }
    | { readonly kind: 'glue'; readonly job: string; readonly arguments: Readonly<Record<string, string>> }
  /**
   * One select over candidate and table with the columns (rule varchar, severity varchar, rows bigint): each rule that
   * some rows fail, and always the three rules `inserted`, `updated`, `deleted` of severity `change`.
   */
  readonly check: string
  /** One MERGE: inserts, updates what differs, deletes what vanished. */
  readonly publish: string
  readonly drop: string
}
