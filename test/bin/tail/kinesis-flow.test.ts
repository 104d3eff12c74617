import { PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { expect, onTestFinished, test } from 'vitest'
import type { LogRecord } from '#domain/ports.ts'
import { KinesisServer } from '#test/adapters/kinesis/kinesis-server.ts'
import type { From } from '../../../bin/tail/from.ts'
import { recordsOfStream } from '../../../bin/tail/kinesis-flow.ts'

async function scene() {
  const server = await KinesisServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  await server.create('s', 4)
  const put = async (...texts: readonly string[]) => {
    for (const text of texts) {
      const Records = [{ PartitionKey: text, Data: Buffer.from(text) }]
      await server.client.send(new PutRecordsCommand({ StreamName: 's', Records }))
      // Records of different shards are told apart by their time alone.
      server.clock.pass(5)
    }
  }
  const stop = new AbortController()
  const flow = (from: From) => recordsOfStream({ endpoint: server.endpoint }, 's', from, stop.signal)
  return { put, flow, stop }
}

const text = ({ value }: LogRecord): string => Buffer.from(value).toString()

test('the last records of all shards come first, in order, then what comes in, until it is stopped', async () => {
  const { put, flow, stop } = await scene()
  await put('a', 'b', 'c', 'd', 'e', 'f')
  const seen: string[] = []
  for await (const records of flow(3)) {
    seen.push(...records.map(text))
    if (seen.length === 3) await put('g', 'h')
    if (seen.length === 5) stop.abort()
  }
  expect(seen.slice(0, 3)).toEqual(['d', 'e', 'f'])
  expect(seen.slice(3).sort()).toEqual(['g', 'h'])
})

test('from the earliest on it is everything', async () => {
  const { put, flow, stop } = await scene()
  await put('a', 'b', 'c')
  const seen: string[] = []
  for await (const records of flow('earliest')) {
    seen.push(...records.map(text))
    if (seen.length === 3) stop.abort()
  }
  expect(seen).toEqual(['a', 'b', 'c'])
})
