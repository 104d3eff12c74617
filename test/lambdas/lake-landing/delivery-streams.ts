import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Firehose's PutRecordBatch on a port: takes all but what holds a text that it was told to refuse. */
export class DeliveryStreams {
  /** Lines taken, by stream. */
  readonly lines: Record<string, string[]> = {}
  /** A call with it in one of its records is answered as one to a stream that does not exist. */
  refused: string | undefined
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const call = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Call
      const texts = call.Records.map(({ Data }) => Buffer.from(Data, 'base64').toString('utf8'))
      response.setHeader('content-type', 'application/x-amz-json-1.1')
      if (texts.some((text) => this.refused !== undefined && text.includes(this.refused)))
        return response.writeHead(400).end('{"__type":"ResourceNotFoundException","message":"no such stream"}')
      this.lines[call.DeliveryStreamName] ??= []
      this.lines[call.DeliveryStreamName]?.push(...texts.flatMap((text) => text.trimEnd().split('\n')))
      return response.end(
        JSON.stringify({ FailedPutCount: 0, RequestResponses: texts.map((_, i) => ({ RecordId: `${i}` })) }),
      )
    })
  })

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

interface Call {
  readonly DeliveryStreamName: string
  readonly Records: readonly { readonly Data: string }[]
}
