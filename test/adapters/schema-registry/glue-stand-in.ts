import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GlueClient } from '@aws-sdk/client-glue'
import { registryClient } from '#adapters/schema-registry/client.ts'

/** What Glue answers to one call: a status and a body. */
export type Answer = readonly [status: number, body: Readonly<Record<string, unknown>>]

/** Glue that answers as a test says: for what the bridge cannot be brought to, such as throttling and denial. */
export class GlueStandIn {
  /** The requests, in the order in which they came. */
  readonly asked: Readonly<Record<string, unknown>>[] = []
  answer: (request: Readonly<Record<string, unknown>>) => Answer | Promise<Answer> = () => [500, {}]
  readonly #server: Server

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(Buffer.from(chunk))
      const asked = JSON.parse(Buffer.concat(chunks).toString())
      this.asked.push(asked)
      const [status, body] = await this.answer(asked)
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(body))
    })
  }

  static async open(): Promise<GlueStandIn> {
    const standIn = new GlueStandIn()
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve))
    return standIn
  }

  /** A client of it. */
  client(): GlueClient {
    const { port } = this.#server.address() as AddressInfo
    return registryClient({ endpoint: `http://127.0.0.1:${port}` })
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** The answer that is an error of Glue's. */
export const errorOf = (name: string, status = 400): Answer => [status, { __type: name, message: `it is ${name}` }]
