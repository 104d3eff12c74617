import type { ReportedAnswer } from '#adapters/athena/reported-query.ts'
import { tableText } from '../table-text.ts'

type Answer = Pick<ReportedAnswer, 'columns' | 'rows'>

const NUMBERS = /^(tinyint|smallint|integer|int|bigint|real|float|double|decimal)/

/** The answer for a person: aligned columns, numbers to the right, a null as a dash. */
export const answerTable = ({ columns, rows }: Answer): string =>
  tableText(
    columns.map(({ name, type }) => ({
      title: name,
      align: NUMBERS.test(type) ? ('right' as const) : ('left' as const),
      of: (row: Answer['rows'][number]) => row[name] ?? '–',
    })),
    rows,
  )

/** The answer for a program: CSV as RFC 4180 has it, with a head; a null is nothing, an empty text is "". */
export function answerCsv({ columns, rows }: Answer): string {
  const head = columns.map(({ name }) => quoted(name)).join(',')
  return [head, ...rows.map((row) => columns.map(({ name }) => quoted(row[name])).join(','))].join('\r\n')
}

function quoted(value: string | undefined): string {
  if (value === undefined) return ''
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** Bytes for people: 812 B, 3.4 MB. */
export function bytesText(bytes: number): string {
  const unit = [
    { from: 1e12, name: 'TB' },
    { from: 1e9, name: 'GB' },
    { from: 1e6, name: 'MB' },
    { from: 1e3, name: 'KB' },
  ].find(({ from }) => bytes >= from)
  return unit === undefined ? `${bytes} B` : `${(bytes / unit.from).toFixed(1)} ${unit.name}`
}
