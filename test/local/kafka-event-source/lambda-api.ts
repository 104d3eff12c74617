import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One record of an invocation's event, as AWS gives it. */
export interface DeliveredRecord {
  topic: string
  partition: number
  offset: number
  timestamp: number
  timestampType: string
  key?: string
  value?: string
  headers: Record<string, number[]>[]
}

/** The event of an invocation. */
export interface DeliveredEvent {
  eventSource: string
  eventSourceArn: string
  bootstrapServers: string
  records: Record<string, DeliveredRecord[]>
}

/** How the function answers: a result, an error of its own, a refusal of Lambda, or a connection that breaks. */
export type FunctionAnswer = { result?: unknown } | { error: unknown } | { status: number; text: string } | 'cut'

/** One invocation: the records in the order of the event, and the time it took, in milliseconds of performance.now(). */
export interface Call {
  readonly records: readonly DeliveredRecord[]
  readonly began: number
  ended: number
}

/**
 * The part of Lambda's HTTP API that an event source asks, and of SQS and SNS that it reports to. It stands for the outside
 * where LocalStack is not wanted: it keeps the mappings it is given and runs the function it is given.
 */
export class LambdaApi {
  mappings: Record<string, unknown>[] = []
  /** The function. Default: it succeeds. */
  answer: (event: DeliveredEvent, call: Call) => FunctionAnswer | Promise<FunctionAnswer> = () => ({ result: null })
  readonly calls: Call[] = []
  readonly queue: unknown[] = []
  readonly topic: unknown[] = []
  /** Partitions that were ever in two invocations at a time. */
  readonly overlaps = new Set<string>()
  readonly #running = new Map<string, number>()
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response))
  #port = 0

  /** Listens on a free port; again on the same one after `stop`. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return this.endpoint
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Goes away, with every connection. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  /** Every record delivered so far, as `partition:offset`, in the order of the invocations' beginnings. */
  delivered(): string[] {
    return this.calls.flatMap(({ records }) => records.map(({ partition, offset }) => `${partition}:${offset}`))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const reply = (status: number, text: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'x-amzn-requestid': 'b7a5', ...headers }).end(text)
    const path = request.url ?? ''
    const target = String(request.headers['x-amz-target'] ?? '')
    if (path.startsWith('/2015-03-31/event-source-mappings/')) {
      reply(200, JSON.stringify({ EventSourceMappings: this.mappings, NextMarker: null }))
    } else if (path.endsWith('/invocations')) {
      await this.#invoke(body, response, reply)
    } else if (target === 'AmazonSQS.GetQueueUrl') {
      reply(200, JSON.stringify({ QueueUrl: `${this.endpoint}/000000000000/failed` }))
    } else if (target === 'AmazonSQS.SendMessage') {
      this.queue.push(JSON.parse((JSON.parse(body) as { MessageBody: string }).MessageBody))
      reply(200, '{}')
    } else if (body.startsWith('Action=Publish')) {
      this.topic.push(JSON.parse(new URLSearchParams(body).get('Message') ?? 'null'))
      reply(200, '<PublishResponse/>')
    } else reply(404, 'unknown')
  }

  async #invoke(
    body: string,
    response: ServerResponse,
    reply: (status: number, text: string, headers?: Record<string, string>) => unknown,
  ): Promise<void> {
    const event = JSON.parse(body) as DeliveredEvent
    const call: Call = { records: Object.values(event.records).flat(), began: performance.now(), ended: 0 }
    this.calls.push(call)
    const partitions = Object.keys(event.records)
    for (const partition of partitions) {
      const running = (this.#running.get(partition) ?? 0) + 1
      this.#running.set(partition, running)
      if (running > 1) this.overlaps.add(partition)
    }
    const answer = await this.answer(event, call)
    for (const partition of partitions) this.#running.set(partition, (this.#running.get(partition) ?? 0) - 1)
    call.ended = performance.now()
    if (answer === 'cut') response.destroy()
    else if ('status' in answer) reply(answer.status, answer.text)
    else if ('error' in answer) reply(200, JSON.stringify(answer.error), { 'x-amz-function-error': 'Unhandled' })
    else reply(200, JSON.stringify(answer.result ?? null), { 'x-amz-executed-version': '$LATEST' })
  }
}

/** A mapping as ListEventSourceMappings answers it, in provisioned mode, with the parameters that a test is about. */
export function mappingAnswer(parameters: Record<string, unknown>): Record<string, unknown> {
  return {
    UUID: '8b1e6d3a-5d6f-4d0e-9d0b-0f4a1c2b3d4e',
    FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:hot',
    EventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/lodestream/11111111-2222-3333-4444-555555555555-1',
    Topics: ['market_data_raw'],
    StartingPosition: 'TRIM_HORIZON',
    State: 'Enabled',
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 4 },
    ...parameters,
  }
}
