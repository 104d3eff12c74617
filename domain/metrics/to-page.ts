import type { Metric } from './define-metric.ts'

/** The page of all hot metrics for people, in Markdown: docs/data/metrics.md. */
export function toPage(metrics: readonly Metric[]): string {
  return [
    '# Hot metrics',
    '',
    'What `GET /live/{metric}/{entity}` answers with. An entity is the values of its fields, joined by commas; `all` where there are none. Periods roll up into `?interval=`.',
    '',
    '| metric | entity | every | kept | late events | meaning |',
    '|---|---|---|---|---|---|',
    ...metrics.map((metric) => `| ${cellsOf(metric).join(' | ')} |`),
    '',
    'Late is what was received more than five minutes after it happened. Where late events do not count, they are counted as `late` under `handled_records`, and the cold path has them.',
    '',
  ].join('\n')
}

const cellsOf = ({ name, by, every, keepHours, late, doc }: Metric): readonly string[] => [
  `\`${name}\``,
  by.length === 0 ? '`all`' : by.map((field) => `\`${field}\``).join(', '),
  every,
  every === 'forever' ? 'for ever' : `${keepHours} h`,
  late === 'counts' ? 'count' : 'do not count',
  doc,
]
