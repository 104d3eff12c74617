import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SQSClient } from '@aws-sdk/client-sqs'

/** How one call is answered: which of its messages fail, or an error instead of an answer. */
export type Script = (
  texts: readonly string[],
) => { readonly failed: readonly number[]; readonly senderFault?: true } | number

/** SQS's SendMessageBatch on a port, which fails in part as it is told: what LocalStack never does. */
export class QueueInPart {
  /** The messages of each call, in order. */
  readonly calls: (readonly string[])[] = []
  /** @default takes all */
  script: Script = () => ({ failed: [] })
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { Entries } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Call
      const texts = Entries.map(({ MessageBody }) => MessageBody)
      this.calls.push(texts)
      const answer = this.script(texts)
      response.setHeader('content-type', 'application/x-amz-json-1.0')
      if (typeof answer === 'number')
        return response.writeHead(answer).end('{"__type":"InternalError","message":"in trouble"}')
      const isFailed = (at: number) => answer.failed.includes(at)
      return response.end(
        JSON.stringify({
          Successful: Entries.filter((_, at) => !isFailed(at)).map(({ Id, MessageBody }) => ({
            Id,
            MessageId: Id,
            MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
          })),
          Failed: Entries.filter((_, at) => isFailed(at)).map(({ Id }) => ({
            Id,
            SenderFault: answer.senderFault ?? false,
            Code: 'InternalError',
            Message: 'not now',
          })),
        }),
      )
    })
  })

  async start(): Promise<SQSClient> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return new SQSClient({
      endpoint: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      useQueueUrlAsEndpoint: false,
    })
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

interface Call {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[]
}
