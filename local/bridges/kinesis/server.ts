import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf, reply, ServiceError } from '../aws-json.ts'
import { answer } from './api.ts'
import { limits } from './limits.ts'
import { Streams } from './streams.ts'

export interface KinesisOptions {
  /** 0: any. */
  readonly port: number
  /** Where the streams live. */
  readonly folder: string
  /** The clock, ms. @default the machine's */
  readonly now?: () => number
}

export interface KinesisServer {
  readonly port: number
  close(): Promise<void>
}

/** Base64, and names around it: the largest request that breaks no other limit. */
const LARGEST_REQUEST = 2 * limits.callBytes

/** Kinesis's API on loopback, over streams in files. Resolves when it listens. */
export async function serveKinesis({ port, folder, now = Date.now }: KinesisOptions): Promise<KinesisServer> {
  const streams = new Streams(folder, now())
  const server = createServer(async (request, response) => {
    try {
      if (request.method === 'GET') return reply(response, 200, { service: 'kinesis' })
      const operation = String(request.headers['x-amz-target']).replace('Kinesis_20131202.', '')
      reply(response, 200, answer(streams, operation, await bodyOf(request, LARGEST_REQUEST), now()))
    } catch (error) {
      if (error instanceof ServiceError) {
        return reply(response, error.status, { __type: error.type, message: error.message })
      }
      console.error(error)
      reply(response, 500, { __type: 'InternalFailureException', message: 'The log of the Kinesis bridge says why.' })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port, host: '127.0.0.1' }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          streams.close()
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
