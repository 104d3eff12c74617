import type { TrinoStatement } from '#local/engines/trino/client.ts'
import type { Catalogue } from '../run/catalogue.ts'
import type { Storage } from '../run/storage.ts'

/** One thing to do for a statement: something that the engine runs, or something done here. */
export type Step =
  | (Pick<TrinoStatement, 'sql' | 'session'> & {
      /** Whether the statement's `?` stand in it. @default false */
      readonly parametrised?: boolean
      /** Done even where a step before it failed. @default false */
      readonly always?: boolean
    })
  | { act(): Promise<Table | undefined> }

/** Rows that a step done here answers. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

/** What a statement runs in. */
export interface Setting {
  readonly queryId: string
  /** Where an unqualified table is looked for. */
  readonly database: string
  /** The folder of its results, `s3://…/`. */
  readonly resultFolder: string
  /** Whether the workgroup decides where everything goes. */
  readonly isLocationEnforced: boolean
  readonly catalogue: Catalogue
  readonly storage: Storage
  /** Asks the engine something on the statement's behalf. */
  ask(sql: string): Promise<Table>
}

/** What is known of a statement once it has been read, before anything runs. */
export interface Statement {
  /** As Athena classes it. */
  readonly type: 'DML' | 'DDL' | 'UTILITY'
  /** As SELECT, CREATE_TABLE_AS_SELECT, INSERT. */
  readonly subtype: string
  /** What its results are: a table with a header, how many rows changed, or lines of text. */
  readonly results: 'rows' | 'count' | 'lines'
  /** Whether `?` may stand in it. */
  readonly takesParameters: boolean
  /** What is to be done, in order. Throws a QueryFailure where Athena fails the query. */
  steps(setting: Setting): Promise<readonly Step[]>
}
