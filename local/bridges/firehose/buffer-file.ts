import { randomUUID } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Header = z.object({
  /** data: JSON lines to convert, or base64 lines to hand on; errors: lines of an error object. */
  kind: z.enum(['data', 'errors']),
  /** Equal for what belongs in one object: the partition, or the kind of error. */
  key: z.string(),
  /** The evaluated S3 prefix. */
  prefix: z.string(),
  /** Arrival of the oldest record, ms. */
  opened: z.number(),
})
/** What a buffer is for. */
export type Header = z.infer<typeof Header>

const LINES = '.lines'
const HEADER = '.json'
const NEWLINE = 0x0a

/**
 * What waits to become one S3 object: lines in a file, written before the records are acknowledged. A killed bridge
 * finds them again.
 */
export class BufferFile {
  readonly header: Header
  /** The file of its lines. */
  readonly path: string
  #count: number
  #bytes: number

  private constructor(path: string, header: Header, count: number, bytes: number) {
    this.path = path
    this.header = header
    this.#count = count
    this.#bytes = bytes
  }

  /** A new, empty buffer in a folder that exists. */
  static open(folder: string, header: Header): BufferFile {
    const path = join(folder, `${header.opened}-${randomUUID()}${LINES}`)
    // Whole or not at all: a buffer whose header is cut off could not be delivered.
    writeFileSync(`${path}.new`, JSON.stringify(header))
    renameSync(`${path}.new`, headerOf(path))
    return new BufferFile(path, header, 0, 0)
  }

  /** The buffers that an earlier process left, oldest first. A line that it had not finished was never acknowledged: it goes. */
  static recover(folder: string): BufferFile[] {
    const names = readdirSync(folder)
    // What was half written when it ended.
    for (const name of names.filter((each) => /\.(new|parquet)$/.test(each))) rmSync(join(folder, name))
    return names
      .filter((name) => name.endsWith(HEADER))
      .sort()
      .flatMap((name) => {
        const path = join(folder, `${name.slice(0, -HEADER.length)}${LINES}`)
        const header = Header.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
        const { count, bytes } = wholeLines(path)
        const buffer = new BufferFile(path, header, count, bytes)
        if (count > 0) return [buffer]
        buffer.remove()
        return []
      })
  }

  /** Lines. */
  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Writes lines, which the operating system has when this returns. */
  append(lines: readonly string[]): void {
    const text = Buffer.from(`${lines.join('\n')}\n`)
    appendFileSync(this.path, text)
    this.#count += lines.length
    this.#bytes += text.length
  }

  /** All its lines, each with its end. */
  read(): Buffer {
    return readFileSync(this.path)
  }

  /** Its lines one by one: bytes of one block, not strings, since a buffer may be larger than the heap. */
  *lines(): Generator<Buffer> {
    const whole = this.read()
    for (let from = 0, end = whole.indexOf(NEWLINE); end >= 0; end = whole.indexOf(NEWLINE, from)) {
      yield whole.subarray(from, end)
      from = end + 1
    }
  }

  remove(): void {
    rmSync(this.path, { force: true })
    rmSync(headerOf(this.path), { force: true })
  }
}

const headerOf = (path: string) => `${path.slice(0, -LINES.length)}${HEADER}`

function wholeLines(path: string): { count: number; bytes: number } {
  // Creates what a process did not live to write to.
  const file = openSync(path, 'a+')
  try {
    const block = Buffer.allocUnsafe(2 ** 20)
    let count = 0
    let at = 0
    let bytes = 0
    for (let read = readSync(file, block, 0, block.length, 0); read > 0; ) {
      for (let found = block.indexOf(NEWLINE); found >= 0 && found < read; found = block.indexOf(NEWLINE, found + 1)) {
        count++
        bytes = at + found + 1
      }
      at += read
      read = readSync(file, block, 0, block.length, at)
    }
    ftruncateSync(file, bytes)
    return { count, bytes }
  } finally {
    closeSync(file)
  }
}
