/** A column of a table for people. */
export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string
  /** @default left */
  readonly align?: 'left' | 'right'
  /** Drawn around the padded text, so that colours do not shift columns. @default none */
  readonly paint?: (text: string, row: Row) => string
}

/** Rows as aligned text, a line each, below the titles of the columns; the last column is not padded. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const texts = rows.map((row) => columns.map(({ of }) => printable(of(row))))
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...texts.map((cells) => cells[i]?.length ?? 0)))
  const line = (cells: readonly string[], row: Row | undefined): string =>
    columns
      .map(({ align, paint }, i) => {
        const cell = cells[i] ?? ''
        const width = widths[i] ?? 0
        const last = i === columns.length - 1 && align !== 'right'
        const padded = align === 'right' ? cell.padStart(width) : last ? cell : cell.padEnd(width)
        return paint === undefined || row === undefined ? padded : paint(padded, row)
      })
      .join('  ')
      .trimEnd()
  return [
    line(
      columns.map(({ title }) => title),
      undefined,
    ),
    ...texts.map((cells, i) => line(cells, rows[i])),
  ].join('\n')
}

/** Nobody's data steers the reader's terminal. */
export const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd')

/** ms as seconds: 4.2 s; from a minute on 3 min 5 s. */
export function secondsText(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** A whole number with thousands grouped. */
export const countText = (value: number): string => value.toLocaleString('en-US')

/** `1 row`, `2 rows`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${countText(value)} ${value === 1 ? one : many}`
