import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The one call of Glue that Firehose makes, over tables that a test gives: name and type of each column. */
export class GlueCatalogue {
  /** By `database.table`. */
  readonly tables: Record<string, readonly (readonly [string, string])[]> = {}
  /** While set, every call fails. */
  isAway = false
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { DatabaseName, Name } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>
      const columns = this.tables[`${DatabaseName}.${Name}`]
      if (this.isAway) response.writeHead(500).end('{"__type":"InternalServiceException"}')
      else if (!columns) response.writeHead(400).end('{"__type":"EntityNotFoundException","message":"no such table"}')
      else {
        const Columns = columns.map(([column, type]) => ({ Name: column, Type: type }))
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        response.end(JSON.stringify({ Table: { Name, DatabaseName, StorageDescriptor: { Columns } } }))
      }
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
