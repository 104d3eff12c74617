import { dateLiteral, textLiteral } from '../lake/literals.ts'
import { qualified } from '../lake/names.ts'
import { candidateTable, column, differs, keyOf, type RunScope, sameKey, sliceOf } from './statement-parts.ts'
import type { Check, Table } from './table.ts'

/** A rule, and what counts the rows of the candidate that break it. */
interface Rule {
  readonly rule: string
  readonly severity: Check['severity']
  readonly rows: string
}

/**
 * One select over candidate and table, (rule, severity, rows): each rule that rows of the candidate break, and always
 * how many rows a publish would insert, update and delete. The engine runs a step as often as it is named, so each is
 * named once.
 */
export function checkStatement(table: Table, scope: RunScope): string {
  const rules = rulesOf(table, scope)
  const keys = table.grain.map(column).join(', ')
  const differing = differs(table, 'n', 'o')
  const both = `n.${keyOf(table)} IS NOT NULL AND o.${keyOf(table)} IS NOT NULL`
  const found = [
    { rule: `grain is unique: ${table.grain.join(', ')}`, severity: 'block', rows: 'repeated' },
    ...rules.map(({ rule, severity }, at) => ({ rule, severity, rows: `rule_${at}` })),
    ...['inserted', 'updated', 'deleted'].map((change) => ({ rule: change, severity: 'change', rows: change })),
  ]
  const updated = differing === undefined ? 'CAST(0 AS bigint)' : `count_if(${both} AND (${differing}))`
  return `WITH candidate AS (
  SELECT * FROM ${candidateTable(scope)}
),
published AS (
  SELECT * FROM ${qualified(scope.stage, table.name)}${sliceOf(table, scope, ' WHERE')}
),
broken AS (
  SELECT
${rules.map(({ rows }, at) => `    count_if(${rows}) AS rule_${at}`).join(',\n')}
  FROM candidate
),
repeated AS (
  SELECT coalesce(sum("rows"), 0) AS repeated
  FROM (SELECT count(*) AS "rows" FROM candidate GROUP BY ${keys} HAVING count(*) > 1)
),
changed AS (
  SELECT
    count_if(o.${keyOf(table)} IS NULL) AS inserted,
    ${updated} AS updated,
    count_if(n.${keyOf(table)} IS NULL) AS deleted
  FROM candidate AS n
  FULL JOIN published AS o ON ${sameKey(table, 'n', 'o')}
)
SELECT rule, severity, "rows"
FROM broken CROSS JOIN repeated CROSS JOIN changed
CROSS JOIN UNNEST(ARRAY[
${found.map(({ rule, severity, rows }) => `  ROW(${textLiteral(rule)}, '${severity}', ${rows})`).join(',\n')}
]) AS found (rule, severity, "rows")
WHERE "rows" > 0 OR severity = 'change'`
}

/** The rules that look at one row: the key's, the day's, then the table's own. */
function rulesOf({ grain, day, checks }: Table, { date }: RunScope): readonly Rule[] {
  const ofDay: readonly Rule[] =
    day === undefined || date === undefined
      ? []
      : [
          {
            rule: `${day} is ${date}`,
            severity: 'block',
            rows: `${column(day)} IS DISTINCT FROM ${dateLiteral(date)}`,
          },
        ]
  return [
    {
      rule: `grain is not null: ${grain.join(', ')}`,
      severity: 'block',
      rows: grain.map((key) => `${column(key)} IS NULL`).join(' OR '),
    },
    ...ofDay,
    // Unknown counts as broken: a predicate over null says nothing, and that is no pass.
    ...checks.map(({ expect, severity }) => ({ rule: expect, severity, rows: `NOT coalesce((${expect}), false)` })),
  ]
}
