import { PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { expect, onTestFinished, test } from 'vitest'
import { KinesisLog } from '#adapters/kinesis/log.ts'
import { KinesisProducer, type ProducerSettings } from '#adapters/kinesis/producer.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { KinesisServer } from './kinesis-server.ts'

const records = (from: number, count: number): OutgoingRecord[] =>
  Array.from({ length: count }, (_, i) => ({ topic: 's', key: 'one', value: Buffer.from(String(from + i)) }))

async function scene(settings: ProducerSettings = {}): Promise<readonly [KinesisServer, KinesisProducer]> {
  const server = await KinesisServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  await server.create('s', 1)
  const producer = await KinesisProducer.open({ endpoint: server.endpoint }, ['s'], settings)
  onTestFinished(() => producer.close())
  return [server, producer]
}

/** Takes what the shard takes in a second, while its clock stands still. */
async function exhaust({ client, clock }: KinesisServer): Promise<void> {
  clock.stop()
  const Records = Array.from({ length: 500 }, () => ({ PartitionKey: 'one', Data: Buffer.from('0') }))
  for (let call = 0; call < 2; call += 1) await client.send(new PutRecordsCommand({ StreamName: 's', Records }))
}

test('of a batch that is taken in part only the rest is sent again, and no later batch overtakes it', async () => {
  const [server, producer] = await scene()
  await exhaust(server)
  await producer.accept(records(1, 400))
  await producer.accept(records(401, 400))
  const acknowledged = () => producer.tally.get('s')?.acknowledged
  server.clock.pass(150)
  await expect.poll(acknowledged, { timeout: 10_000 }).toBe(150)
  server.clock.pass(300)
  await expect.poll(acknowledged, { timeout: 10_000 }).toBe(450)
  server.clock.pass(1_000)
  await producer.flush()
  expect(producer.tally.get('s')).toEqual({ accepted: 800, acknowledged: 800 })
  const log = new KinesisLog({ endpoint: server.endpoint }, server.clock.now)
  onTestFinished(() => log.close())
  const partition = { topic: 's', partition: 0 }
  const { earliest, end } = await log.bounds(partition)
  const written: number[] = []
  for await (const batch of log.read(partition, earliest, end))
    written.push(...batch.map(({ value }) => Number(Buffer.from(value).toString())))
  const ours = written.filter((number) => number > 0)
  expect(ours).toEqual(Array.from({ length: 800 }, (_, i) => i + 1))
})

test('a shard that goes on refusing ends the producer, with a sentence', async () => {
  const [server, producer] = await scene({ patience: 300 })
  await exhaust(server)
  await producer.accept(records(1, 500))
  await expect(producer.flush()).rejects.toThrow(/Kinesis went on refusing \d+ records of s \(Provisioned/)
  await expect(producer.accept(records(1, 1))).rejects.toThrow(Refusal)
})

test('what no stream takes is refused before it is sent', async () => {
  const [, producer] = await scene()
  const accept = (key: string, bytes: number) => producer.accept([{ topic: 's', key, value: Buffer.alloc(bytes) }])
  await expect(accept('k', 2 ** 20)).rejects.toThrow('is 1048577 bytes long: Kinesis takes 1048576.')
  await expect(accept('', 1)).rejects.toThrow('is 0 characters long')
  await expect(accept('k'.repeat(257), 1)).rejects.toThrow('is 257 characters long')
  await accept('k', 2 ** 20 - 1)
  await producer.flush()
  expect(producer.tally.get('s')).toEqual({ accepted: 1, acknowledged: 1 })
})
