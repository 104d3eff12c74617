import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Producer } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { KafkaLog } from '#adapters/kafka/log.ts'
import { fill } from '#domain/events/fill.ts'
import { repository } from '#local/state.ts'
import { Broker } from '#test/adapters/kafka/broker.ts'
import { CommandLine } from '#test/adapters/kafka/command-line.ts'

let broker: Broker
let producer: Producer

beforeAll(async () => {
  broker = await Broker.start()
  producer = new Producer({ clientId: 'test', bootstrapBrokers: [broker.address] })
})
afterAll(async () => {
  await producer.close()
  await broker[Symbol.asyncDispose]()
})

let topics = 0
async function newTopic(partitions = 1, settings: Record<string, string> = {}): Promise<string> {
  topics += 1
  await broker.create([`tail-${topics}`], partitions, settings)
  return `tail-${topics}`
}

const send = (topic: string, values: readonly (string | Buffer)[], partition = 0) =>
  producer.send({
    messages: values.map((value) => ({ topic, partition, key: Buffer.from('k'), value: Buffer.from(value) })),
    acks: -1,
  })

function openLog(): KafkaLog {
  const log = new KafkaLog({ bootstrap: broker.address })
  onTestFinished(() => log.close())
  return log
}

async function read(log: KafkaLog, topic: string, from: bigint, end: bigint) {
  const records: [offset: bigint, value: string][] = []
  for await (const batch of log.read({ topic, partition: 0 }, from, end)) {
    for (const { offset, value } of batch) records.push([offset, Buffer.from(value).toString()])
  }
  return records
}

test('a log is read from an offset up to another, wherever its batches begin', async () => {
  const topic = await newTopic()
  await send(topic, ['a', 'b', 'c'])
  await send(topic, ['d', 'e'])
  const log = openLog()
  expect(await log.bounds({ topic, partition: 0 })).toEqual({ earliest: 0n, end: 5n })
  expect(await read(log, topic, 1n, 4n)).toEqual([
    [1n, 'b'],
    [2n, 'c'],
    [3n, 'd'],
  ])
  expect(await read(log, topic, 5n, 5n)).toEqual([])
  expect(await read(log, topic, 3n, 99n)).toEqual([
    [3n, 'd'],
    [4n, 'e'],
  ])
  expect(await read(log, topic, 50n, 99n)).toEqual([])
})

test('what retention has taken is passed over, and the offsets show it', async () => {
  const topic = await newTopic()
  await send(topic, ['a', 'b', 'c', 'd'])
  await broker.withAdmin((admin) =>
    admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 2n }] }] }),
  )
  const log = openLog()
  expect(await log.bounds({ topic, partition: 0 })).toEqual({ earliest: 2n, end: 4n })
  expect(await read(log, topic, 0n, 4n)).toEqual([
    [2n, 'c'],
    [3n, 'd'],
  ])
})

test('the marker of a transaction is no record, in the middle or at the end', async () => {
  const topic = await newTopic()
  const writer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [broker.address],
    idempotent: true,
    transactionalId: `writer-of-${topic}`,
  })
  onTestFinished(() => writer.close())
  for (const value of ['a', 'b']) {
    const transaction = await writer.beginTransaction()
    await transaction.send({ messages: [{ topic, partition: 0, key: Buffer.from('k'), value: Buffer.from(value) }] })
    await transaction.commit()
  }
  const log = openLog()
  const { end } = await log.bounds({ topic, partition: 0 })
  expect(end).toBe(4n)
  expect(await read(log, topic, 0n, end)).toEqual([
    [0n, 'a'],
    [2n, 'b'],
  ])
})

test('many records are read in batches of bounded size, by several readings side by side', async () => {
  const topic = await newTopic()
  const value = Buffer.alloc(1_000, 'x')
  for (let i = 0; i < 12; i += 1)
    await send(
      topic,
      Array.from({ length: 800 }, () => value),
    )
  const log = openLog()
  const largest = async () => {
    let most = 0
    let next = 0n
    for await (const batch of log.read({ topic, partition: 0 }, 0n, 9_600n)) {
      most = Math.max(most, batch.length)
      for (const { offset } of batch) {
        expect(offset).toBe(next)
        next += 1n
      }
    }
    expect(next).toBe(9_600n)
    return most
  }
  const most = await Promise.all([largest(), largest(), largest()])
  for (const length of most) expect(length).toBeLessThan(6_000)
})

test("the broker's time of appending is told, and the producer's where the topic keeps that", async () => {
  const begun = Date.now()
  const old = Date.now() - 86_400_000
  for (const [kind, expected] of [
    ['CreateTime', old],
    ['LogAppendTime', undefined],
  ] as const) {
    const topic = await newTopic(1, { 'message.timestamp.type': kind })
    await producer.send({ messages: [{ topic, value: Buffer.from('a'), timestamp: BigInt(old) }], acks: -1 })
    const [record] = await broker.contents(topic, 0)
    if (expected !== undefined) expect(record?.appendedAt).toBe(expected)
    else expect(record?.appendedAt).toBeGreaterThanOrEqual(begun)
  }
})

test('a topic that is not there and a broker that is not there are refused in a sentence', async () => {
  await expect(openLog().bounds({ topic: 'nope', partition: 0 })).rejects.toThrow('has no topic nope')
  const nowhere = new KafkaLog({ bootstrap: '127.0.0.1:1' })
  await expect(nowhere.bounds({ topic: 'nope', partition: 0 })).rejects.toThrow('cannot be reached (ECONNREFUSED)')
  await nowhere.close()
})

const NOON = Date.UTC(2026, 0, 5, 12)
const fillOf = (n: number) =>
  encoderOf(fill)({
    type: 'fill',
    execution_id: `e${n}`,
    account: 'aurora',
    symbol: 'BTCUSDT',
    executed_at: NOON + n,
    side: 'buy',
    price: 4_200_000_000_000n,
    quantity: 1n,
    fee: 0n,
    received_at: NOON + n,
  })

const tail = (...words: string[]) => new CommandLine(['tail', '--kafka', broker.address, ...words])

test('tail shows events decoded and bad records with their reason, the last ones or the first ones, then ends', async () => {
  await broker.create(['trades_raw'], 2)
  await send('trades_raw', [fillOf(1), fillOf(2), 'no\u001b[31m frame'])
  await send('trades_raw', [fillOf(3)], 1)
  const last = tail('trades_raw', '--from', '-2', '-n', '2', '--json')
  expect(await last.end()).toBe(0)
  expect(last.lines).toEqual([
    {
      topic: 'trades_raw',
      partition: 0,
      offset: '2',
      appended_at: expect.any(Number),
      key: 'k',
      rejected: { stage: 'decode', code: 'no_frame', reason: expect.any(String) },
    },
    {
      topic: 'trades_raw',
      partition: 1,
      offset: '0',
      appended_at: expect.any(Number),
      key: 'k',
      event: {
        type: 'fill',
        execution_id: 'e3',
        account: 'aurora',
        symbol: 'BTCUSDT',
        executed_at: NOON + 3,
        side: 'buy',
        price: '42000',
        quantity: '0.00000001',
        fee: '0',
        symbol_group: 'Crypto',
        received_at: NOON + 3,
      },
    },
  ])
  const first = tail('trades_raw', '--from', 'earliest', '-n', '3')
  expect(await first.end()).toBe(0)
  const shown = first.output.trimEnd().split('\n')
  expect(shown.length).toBe(3)
  expect(shown[0]).toBe(
    '2026-01-05T12:00:00.001Z  k  fill execution_id=e1 symbol=BTCUSDT side=buy price=42000 quantity=0.00000001 fee=0 symbol_group=Crypto  0:0',
  )
  expect(shown[2]).toContain('rejected no_frame: ')
  expect(first.output).not.toContain('\u001b')
})

test('tail from the latest shows what comes in from then on, until Ctrl-C, which is no failure', async () => {
  const topic = await newTopic(2)
  await send(topic, ['before'])
  const run = tail(topic, '--json')
  let sent = 0
  // It begins at some moment that only it knows: records follow one another until it shows one.
  await expect
    .poll(
      async () => {
        sent += 1
        await send(topic, [String(sent)], sent % 2)
        return run.output
      },
      { timeout: 20_000 },
    )
    .not.toBe('')
  run.process.kill('SIGINT')
  expect(await run.end()).toBe(0)
  expect(
    run.lines.some(
      (line) =>
        (line as { partition: number; offset: string }).offset === '0' &&
        (line as { partition: number }).partition === 0,
    ),
  ).toBe(false)
})

test('tail ends quietly when its reader does', async () => {
  const topic = await newTopic()
  const portion = Array.from({ length: 2_000 }, () => 'x'.repeat(200))
  for (let i = 0; i < 4; i += 1) await send(topic, portion)
  const run = spawn(process.execPath, [
    join(repository, 'bin', 'lodestream.ts'),
    'tail',
    topic,
    '--from',
    'earliest',
    '--kafka',
    broker.address,
  ])
  run.stdout.once('data', () => run.stdout.destroy())
  let errors = ''
  run.stderr.on('data', (bytes: Buffer) => {
    errors += bytes.toString()
  })
  const feeding = setInterval(() => void send(topic, ['y']), 50)
  const [code] = await once(run, 'close')
  clearInterval(feeding)
  expect([code, errors]).toEqual([0, ''])
})

test.each([
  [['nope'], 'has no topic nope'],
  [['trades_raw', '--from', 'yesterday'], '--from'],
  [['trades_raw', '--from', '5'], '--from'],
  [['trades_raw', '-n', '0'], '-n'],
])('tail %j is refused in a sentence', async (words, says) => {
  const run = tail(...words)
  expect(await run.end()).toBe(1)
  expect(run.errors).toContain(says)
  expect(run.errors).not.toContain('    at ')
})
