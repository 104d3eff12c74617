/** One line of a file: its fields, and its number as an editor counts, from 1. */
export interface Line {
  readonly number: number
  readonly fields: readonly string[]
}

/**
 * Splits comma-separated text into lines, blank ones left out. Fields may stand in double quotes, a quote within doubled
 * (RFC 4180), but hold no line break. @throws SyntaxError that names the line, where a quoted field does not end on it.
 */
export function* linesOf(text: string): Generator<Line, void, void> {
  let number = 0
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    number += 1
    if (line.trim() !== '') yield { number, fields: line.includes('"') ? quotedFields(line, number) : line.split(',') }
  }
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y

function quotedFields(line: string, number: number): readonly string[] {
  const fields: string[] = []
  FIELD.lastIndex = 0
  for (;;) {
    const match = FIELD.exec(line)
    if (match === null) throw new SyntaxError(`line ${number}: a quoted field does not end where it should`)
    const [, quoted, plain = '', end] = match
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '') return fields
  }
}
