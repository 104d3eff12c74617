import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { schemaIdOf } from '#adapters/avro/frame.ts'
import { recordsOf } from '#adapters/sqs/envelope.ts'
import type { AvroSchema } from '#domain/events/to-avro.ts'
import type { OutgoingRecord } from '#domain/ports.ts'

type Json = Readonly<Record<string, unknown>>

/** As much of a stage on AWS as `produce` asks: its queue by name, which throttles now and then, and its registry. */
export class StageOnAws implements AsyncDisposable {
  /** What the queue has taken, in order. */
  readonly taken: OutgoingRecord[] = []
  /** How many messages it has left out of calls. */
  leftOut = 0
  #calls = 0
  readonly #queue: string
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      const answer = this.#answer(operation, JSON.parse(Buffer.concat(chunks).toString('utf8')))
      response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(answer))
    })
  })

  private constructor(queue: string) {
    this.#queue = queue
  }

  /** @param queue the only one that there is */
  static async start(queue: string): Promise<StageOnAws> {
    const stage = new StageOnAws(queue)
    await new Promise<void>((resolve) => stage.#server.listen(0, '127.0.0.1', resolve))
    return stage
  }

  /** For the command line: where AWS is. */
  get environment(): Readonly<Record<string, string>> {
    const { port } = this.#server.address() as AddressInfo
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(operation: string, asked: Json): Json {
    if (operation === 'GetQueueUrl') {
      if (asked.QueueName === this.#queue) return { QueueUrl: `http://queue/1/${this.#queue}` }
      return { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' }
    }
    if (operation === 'GetSchemaByDefinition') {
      const schema: AvroSchema = JSON.parse(String(asked.SchemaDefinition))
      return { SchemaVersionId: schemaIdOf(schema), Status: 'AVAILABLE' }
    }
    return this.#take(asked.Entries as readonly Entry[])
  }

  /** Every third call leaves its last message out. */
  #take(entries: readonly Entry[]): Json {
    this.#calls += 1
    const taken = this.#calls % 3 === 0 ? entries.slice(0, -1) : entries
    this.leftOut += entries.length - taken.length
    for (const { MessageBody } of taken) {
      const read = recordsOf(MessageBody)
      if ('malformed' in read) throw new Error(read.malformed)
      this.taken.push(...read.records)
    }
    const failed = { SenderFault: false, Code: 'ThrottlingException', Message: 'not now' }
    return {
      Successful: taken.map(({ Id, MessageBody }) => ({
        Id,
        MessageId: Id,
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      })),
      Failed: entries.slice(taken.length).map(({ Id }) => ({ Id, ...failed })),
    }
  }
}

interface Entry {
  readonly Id: string
  readonly MessageBody: string
}
