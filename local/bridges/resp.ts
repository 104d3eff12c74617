/** One whole request in a stream of Redis's protocol. */
export interface Frame {
  /** Its bytes, as they came. */
  readonly bytes: Buffer
  /** How many arguments, the command's name among them. */
  readonly count: number
  /** The first three arguments at most. */
  readonly words: readonly Buffer[]
}

/** Cuts a client's byte stream into requests. Only their framing is read; what they carry is not touched. */
export class RequestStream {
  #rest: Buffer = Buffer.alloc(0)

  /** What came after the last whole request. */
  get rest(): Buffer {
    return this.#rest
  }

  /** The requests that `chunk` completes, in order. What is left waits for the next chunk. */
  *feed(chunk: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const frame = readFrame(this.#rest)
      if (!frame) return
      this.#rest = this.#rest.subarray(frame.bytes.length)
      yield frame
    }
  }
}

/** A request of these arguments. */
export function encodeRequest(...words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`)
}

function readFrame(buffer: Buffer): Frame | undefined {
  if (buffer.length === 0) return undefined
  if (buffer[0] !== 0x2a) return readLine(buffer)
  const head = readNumber(buffer, 1)
  if (!head) return undefined
  const words: Buffer[] = []
  let at = head.end
  for (let index = 0; index < head.value; index++) {
    const length = readNumber(buffer, at + 1)
    if (!length) return undefined
    const end = length.end + length.value
    if (buffer.length < end + 2) return undefined
    if (index < 3) words.push(buffer.subarray(length.end, end))
    at = end + 2
  }
  return { bytes: buffer.subarray(0, at), count: Math.max(head.value, 0), words }
}

/** The protocol's other form, as typed by hand: words on one line. */
function readLine(buffer: Buffer): Frame | undefined {
  const newline = buffer.indexOf(0x0a)
  if (newline < 0) return undefined
  const words = buffer.toString('latin1', 0, newline).trim().split(/\s+/)
  return {
    bytes: buffer.subarray(0, newline + 1),
    count: words.length,
    words: words.slice(0, 3).map((word) => Buffer.from(word, 'latin1')),
  }
}

/** The number from `start` to the end of its line, and where the next line begins. */
function readNumber(buffer: Buffer, start: number): { value: number; end: number } | undefined {
  const end = buffer.indexOf(0x0d, start)
  if (end < 0 || buffer.length < end + 2) return undefined
  return { value: Number(buffer.toString('latin1', start, end)), end: end + 2 }
}
