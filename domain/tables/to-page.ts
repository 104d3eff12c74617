import type { Affects, Table } from './table.ts'

/** The table's page for people, in Markdown. */
export function toPage({ name, doc, grain, day, schedule, affects, reads, columns, checks }: Table): string {
  const facts = [
    `Named by ${code(grain)}`,
    day === undefined ? 'rebuilt whole' : `partitioned by \`${day}\``,
    `refreshed by the schedule \`${schedule}\``,
    ...(day === undefined ? [] : [reachOf(affects)]),
    `from ${code(reads)}`,
  ]
  return [
    `# ${name}`,
    '',
    doc,
    '',
    facts.join(' · '),
    '',
    '| column | type | unit | meaning |',
    '|---|---|---|---|',
    ...columns.map((column) => `| \`${column.name}\` | ${column.type} | ${column.unit ?? ''} | ${cell(column.doc)} |`),
    '',
    'No run is published of which a row breaks one of these, unless it says warn:',
    '',
    `- the grain is unique and never null`,
    ...checks.map(({ expect, severity }) => `- \`${expect}\`${severity === 'warn' ? ' (warn)' : ''}`),
    '',
  ].join('\n')
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** Text in a cell of a table, which a bar would end. */
const cell = (text: string): string => text.replaceAll('|', '\\|')

function reachOf(affects: Affects): string {
  if (affects === 'none') return 'a changed day changes no other'
  return affects === 'later' ? 'a changed day changes all behind it' : `a changed day changes the ${affects} behind it`
}
