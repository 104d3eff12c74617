/** One JSON object of a record, and its text on one line. */
export interface Document {
  readonly text: string
  readonly value: unknown
}

/** Most objects that Firehose takes out of one record. */
export const MOST_DOCUMENTS = 500

/**
 * The JSON objects of a record, one after the other or on lines of their own.
 * @throws Error where anything else stands in it, an array of objects for one, or where an object spans lines
 */
export function deaggregate(record: string): Document[] {
  return record.split('\n').flatMap((line) => (isBlank(line) ? [] : documentsOf(line)))
}

/** The JSON objects of a text in which lines mean nothing. @throws Error where anything else stands in it */
export function documentsOf(text: string): Document[] {
  const line = text.includes('\n') || text.includes('\r') ? text.replaceAll(/[\r\n]+/g, ' ') : text
  try {
    return [{ text: line, value: objectOf(JSON.parse(line)) }]
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const pieces = [...piecesOf(line)]
    // It is not several objects either: what JSON said of it says more.
    if (pieces.length < 2) throw error
    return pieces.map((piece) => ({ text: piece, value: objectOf(JSON.parse(piece)) }))
  }
}

function objectOf(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new Error(`A JSON object is expected, not ${Array.isArray(value) ? 'an array' : JSON.stringify(value)}.`)
}

/** Cuts after every brace that closes the outermost one; what is wrong within a piece is for JSON to say. */
function* piecesOf(line: string): Generator<string> {
  let from = 0
  let depth = 0
  let inText = false
  for (let at = 0; at < line.length; at++) {
    const character = line.charCodeAt(at)
    if (inText) {
      if (character === 0x5c) at++
      else if (character === 0x22) inText = false
    } else if (character === 0x22) inText = true
    else if (character === 0x7b) depth++
    else if (character === 0x7d && --depth === 0) {
      yield line.slice(from, at + 1).trim()
      from = at + 1
    }
  }
  if (!isBlank(line.slice(from))) yield line.slice(from).trim()
}

const isBlank = (text: string) => text.trim() === ''
