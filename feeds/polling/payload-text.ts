import { TextDecoder } from 'node:util'

/**
 * A payload's text: by its byte order mark, else by the charset of its content type, else by its XML declaration, else
 * UTF-8. Bytes that are none become U+FFFD; an encoding of unknown name is taken for UTF-8.
 */
export function payloadText(bytes: Uint8Array, contentType: string | null): string {
  const declared = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1] ?? declaredIn(bytes)
  return decoderOf(markOf(bytes) ?? declared ?? 'utf-8').decode(bytes)
}

function markOf([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  return a === 0xff && b === 0xfe ? 'utf-16le' : undefined
}

const declaredIn = (bytes: Uint8Array): string | undefined =>
  /^\s*<\?xml[^>]{0,100}\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(
    Buffer.from(bytes.subarray(0, 200)).toString('latin1'),
  )?.[1]

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label)
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder()
    throw error
  }
}
