import { qualified } from '../lake/names.ts'
import {
  besidesKey,
  candidateTable,
  column,
  differs,
  keyOf,
  type RunScope,
  sameKey,
  sliceOf,
} from './statement-parts.ts'
import type { Table } from './table.ts'

/**
 * One MERGE: inserts, updates what differs, deletes what vanished; one commit, and none where nothing differs. The
 * slice stands in ON as well: it prunes what is read, and keeps runs of other days from conflicting.
 */
export function publishStatement(table: Table, scope: RunScope): string {
  const published = qualified(scope.stage, table.name)
  const keys = table.grain.map((key) => `    coalesce(n.${column(key)}, o.${column(key)}) AS ${column(key)}`)
  const rest = besidesKey(table)
  const names = table.columns.map(({ name }) => column(name)).join(', ')
  const differing = differs(table, 't', 's')
  const set = rest.map((name) => `${column(name)} = s.${column(name)}`).join(', ')
  const update = differing === undefined ? '' : `\nWHEN MATCHED AND (${differing})\n  THEN UPDATE SET ${set}`
  return `MERGE INTO ${published} AS t
USING (
  SELECT
${[...keys, ...rest.map((name) => `    n.${column(name)}`)].join(',\n')},
    n.${keyOf(table)} IS NULL AS "is gone"
  FROM ${candidateTable(scope)} AS n
  FULL JOIN (SELECT ${table.grain.map(column).join(', ')} FROM ${published}${sliceOf(table, scope, ' WHERE')}) AS o
    ON ${sameKey(table, 'n', 'o')}
) AS s
ON ${sameKey(table, 't', 's')}${sliceOf(table, scope, ' AND', 't.')}
WHEN MATCHED AND s."is gone"
  THEN DELETE${update}
WHEN NOT MATCHED
  THEN INSERT (${names}) VALUES (${table.columns.map(({ name }) => `s.${column(name)}`).join(', ')})`
}
