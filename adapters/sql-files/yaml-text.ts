import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

/** YAML that stands in a file, read. */
export interface YamlText {
  readonly value: unknown
  /** The line in the file of what stands at a path, or of the nearest above it that is there. */
  readonly lineOf: (path: readonly (string | number)[]) => number
  /** What keeps it from being YAML; the value is then undefined. */
  readonly errors: readonly { readonly line: number; readonly says: string }[]
}

/** Reads YAML that begins at a line of its file. @param firstLine @default 1 */
export function readYaml(text: string, firstLine = 1): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number) => firstLine + lines.linePos(offset).line - 1
  const errors = document.errors.map(({ message, pos }) => ({ line: lineAt(pos[0]), says: `is no YAML: ${message}` }))
  return {
    value: errors.length === 0 ? document.toJS() : undefined,
    lineOf: (path) => lineAt(offsetOf(document.contents, path)),
    errors,
  }
}

/** Where the deepest node on a path begins; of a map's entry, its key. */
function offsetOf(contents: unknown, path: readonly (string | number)[]): number {
  let offset = 0
  let node = contents
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (pair === undefined || !isScalar(pair.key)) return offset
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      offset = rangeStart(node) ?? offset
    } else return offset
  }
  return offset
}

const rangeStart = (node: unknown): number | undefined =>
  isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined
