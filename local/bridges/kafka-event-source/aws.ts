import { Agent, type OutgoingHttpHeaders, request } from 'node:http'

/** What an AWS service answered. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** One call to an AWS service. `body` must be ASCII where it is a string: its length counts as bytes. */
export interface Call {
  readonly service: 'lambda' | 'sqs' | 'sns' | 's3'
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  /** How long the answer may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
}

const CONTROL_TIMEOUT_MS = 30_000

/**
 * Calls LocalStack over kept-alive connections. The signature names account and region but proves nothing, which LocalStack
 * does not ask for; the SDK would spend more time on signing and parsing an event than the function on reading it.
 */
export class LocalAws {
  readonly #host: string
  readonly #port: number
  readonly #region: string
  readonly #agent = new Agent({ keepAlive: true, keepAliveMsecs: 30_000, maxFreeSockets: 64 })

  /** `endpoint` is http://host:port. */
  constructor(endpoint: string, region: string) {
    const url = new URL(endpoint)
    this.#host = url.hostname
    this.#port = Number(url.port || 80)
    this.#region = region
  }

  /** Resolves with any answer, whatever its status; rejects where there is none. */
  call({ service, method, path, headers, body, timeoutMs = CONTROL_TIMEOUT_MS }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({
        agent: this.#agent,
        host: this.#host,
        port: this.#port,
        method,
        path,
        headers: {
          ...headers,
          'content-length': body?.length ?? 0,
          authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${this.#region}/${service}/aws4_request, SignedHeaders=host, Signature=local`,
        },
        timeout: timeoutMs,
      })
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
      sent.on('error', reject)
      sent.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          if (!response.complete) return reject(new Error('the answer was cut off'))
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          })
        })
      })
      sent.end(body, 'latin1')
    })
  }

  /** Ends the idle connections. */
  close(): void {
    this.#agent.destroy()
  }
}
