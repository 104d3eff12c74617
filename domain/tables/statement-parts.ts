import { dateLiteral } from '../lake/literals.ts'
import { databaseOf } from '../lake/names.ts'
import type { Table } from './table.ts'

/** What the statements of one run share. */
export interface RunScope {
  readonly stage: string
  /** The candidate's name without its database. */
  readonly candidate: string
  /** A day of the calendar; absent where the table is rebuilt whole. */
  readonly date?: string
}

/** A column in a query: quoted, so that names such as `partition` are no keywords. */
export const column = (name: string): string => `"${name}"`

/** The candidate in a query; DDL quotes otherwise. */
export const candidateTable = ({ stage, candidate }: RunScope): string =>
  `"${databaseOf(stage, 'candidates')}"."${candidate}"`

/** The predicate of the rows that a run may touch, `"day" = date '…'` behind `joint`; nothing for a whole table. */
export const sliceOf = ({ day }: Table, { date }: RunScope, joint: string, alias = ''): string =>
  day === undefined || date === undefined ? '' : `${joint} ${alias}${column(day)} = ${dateLiteral(date)}`

/** Where two rows of one key agree. */
export const sameKey = ({ grain }: Table, one: string, other: string): string =>
  grain.map((key) => `${one}.${column(key)} = ${other}.${column(key)}`).join(' AND ')

/** The columns that do not belong to the key. */
export const besidesKey = ({ grain, columns }: Table): readonly string[] =>
  columns.map(({ name }) => name).filter((name) => !grain.includes(name))

/** Whether two rows of one key differ, null being a value like any other; undefined where the key is all there is. */
export function differs(table: Table, one: string, other: string): string | undefined {
  const rest = besidesKey(table)
  if (rest.length === 0) return undefined
  return rest.map((name) => `${one}.${column(name)} IS DISTINCT FROM ${other}.${column(name)}`).join(' OR ')
}

/** The first column of the key: never null, so its absence is that of the row. */
export const keyOf = ({ grain: [first] }: Table): string => column(first)
