import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { AthenaClient } from '@aws-sdk/client-athena'

export interface Asked {
  readonly operation: string
  readonly request: Readonly<Record<string, unknown>>
}

/** Athena's wire, with answers by operation; an answer with `__type` is an error. */
export class ScriptedAthena {
  readonly asked: Asked[] = []
  readonly #server: Server
  #client: AthenaClient | undefined

  constructor(answer: (asked: Asked, asking: readonly Asked[]) => object) {
    this.#server = createServer(async (request, response) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      const asked = { operation, request: JSON.parse(await text(request)) }
      this.asked.push(asked)
      const body = answer(asked, this.asked)
      response.writeHead('__type' in body ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(body))
    })
  }

  async open(): Promise<AthenaClient> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo
    this.#client = new AthenaClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    return this.#client
  }

  close(): void {
    this.#client?.destroy()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  of(operation: string): readonly Asked['request'][] {
    return this.asked.filter((one) => one.operation === operation).map(({ request }) => request)
  }
}
