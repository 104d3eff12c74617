import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** An error as a service's API answers it; `type` is the name that clients know it by. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly type: string
  readonly status: number

  /** @param status @default 400 */
  constructor(type: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

/** The JSON of a request, `{}` where it has none. @param most bytes @throws ServiceError where it is larger, or no JSON */
export async function bodyOf(request: IncomingMessage, most: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw new ServiceError('RequestEntityTooLargeException', 'The request is too large.', 413)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString() || '{}')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new ServiceError('SerializationException', 'The request is not JSON.')
  }
}

/** Answers in AWS's JSON 1.1 protocol. */
export function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
  response.end(JSON.stringify(body))
}
