import { readFile } from 'node:fs/promises'
import { Refusal } from '#domain/refusal.ts'
import { type Line, linesOf } from './csv.ts'

/** What a file must hold to be understood, in the words of its refusals. */
export interface TableForm<Column extends string> {
  /** The columns that its first line must name, in any order and among others. */
  readonly columns: readonly Column[]
  /** What the file is, after "is no": 'recording of trades'. */
  readonly what: string
  /** What one line of it is: 'trade'. */
  readonly row: string
}

/**
 * Every row of a CSV text as `toItem` reads it, in the order of the file. All of it is read before anything is
 * returned, so a file is taken whole or not at all.
 * @param name of the file, for the refusal
 * @param toItem of the trimmed fields by column; answers a text where the row is none, and says why
 * @throws Refusal with file, line and reason at the first row that is none, and where there is no row.
 */
export function parseTable<Column extends string, Item extends object>(
  text: string,
  name: string,
  { columns, what, row }: TableForm<Column>,
  toItem: (fields: Readonly<Record<Column, string>>) => Item | string,
): readonly Item[] {
  const lines = linesIn(text, name)
  const header = lines[0]?.fields.map((field) => field.trim()) ?? []
  const missing = columns.filter((column) => !header.includes(column))
  if (missing.length > 0) {
    throw new Refusal(
      `${name} is no ${what}, because its first line lacks ${missing.join(', ')}: it must name ${columns.join(', ')}.`,
    )
  }
  const places = columns.map((column) => [column, header.indexOf(column)] as const)
  const items = lines.slice(1).map(({ number, fields }) => {
    const outcome =
      fields.length === header.length
        ? toItem(recordOf(places, fields))
        : `it has ${fields.length} columns where the first line has ${header.length}`
    if (typeof outcome === 'string') {
      throw new Refusal(`${name} line ${number}: ${outcome}; nothing was sent, repair or remove that line.`)
    }
    return outcome
  })
  if (items.length === 0) throw new Refusal(`${name} holds no ${row} below its first line: there is nothing to send.`)
  return items
}

/** The whole text of a file. @param what it is to be, for the refusal: 'trades' @throws Refusal where it cannot be read. */
export async function textOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (why === undefined) throw error
    const reason = why === 'ENOENT' ? 'there is no such file' : why === 'EISDIR' ? 'it is a folder' : why
    throw new Refusal(`${file} cannot be read (${reason}): name a CSV file of ${what} with --file.`)
  }
}

function recordOf<Column extends string>(
  places: readonly (readonly [Column, number])[],
  fields: readonly string[],
): Readonly<Record<Column, string>> {
  const record: Partial<Record<Column, string>> = {}
  for (const [column, index] of places) record[column] = (fields[index] ?? '').trim()
  return record as Record<Column, string>
}

function linesIn(text: string, name: string): readonly Line[] {
  try {
    return [...linesOf(text)]
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(`${name} ${error.message}; nothing was sent.`)
    throw error
  }
}
