import { expect, test } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { CommandLine } from '#test/adapters/kafka/command-line.ts'
import type { Produced } from '../../../bin/produce/progress.ts'
import { StageOnAws } from './stage-on-aws.ts'

const produce = (words: readonly string[], stage: StageOnAws) =>
  new CommandLine(['produce', '--json', '--source', 'simulated', '--speed', 'max', ...words], stage.environment)

test("a stage on AWS gets everything through its queue, once, under its registry's ids", async () => {
  await using stage = await StageOnAws.start('lodestream-dev-ingest')
  const run = produce(['--stage', 'dev', '--total-events', '20000', '--duplicate-rate', '1%'], stage)
  expect(await run.end()).toBe(0)
  const [result] = run.lines as [Produced]
  expect(result).toMatchObject({ produced: 20_000, acknowledged: 20_000 })
  expect(stage.leftOut).toBeGreaterThan(0)
  const { events, rejected } = await decodeRecords(
    stage.taken.map(({ topic, value }, i) => ({ topic, partition: 0, offset: BigInt(i), appendedAt: 0, value })),
  )
  expect(events.length + rejected.length).toBe(20_000)
  expect(rejected.length).toBe(result.bad.records)
  expect(events.length - new Set(events.map(({ id }) => id)).size).toBe(result.duplicated)
})

test('a queue that is not there makes one sentence', async () => {
  await using stage = await StageOnAws.start('lodestream-dev-ingest')
  const run = produce(['--stage', 'staging', '--total-events', '1'], stage)
  expect(await run.end()).toBe(1)
  expect(run.errors.trim()).toBe(
    "✖ There is no queue lodestream-staging-ingest: deploy the stage's feeds, or name its queue with --queue-url.",
  )
})

test('a queue can be named', async () => {
  await using stage = await StageOnAws.start('another')
  const words = ['--stage', 'staging', '--queue-url', 'http://queue/1/another', '--total-events', '10']
  const run = produce(words, stage)
  expect(await run.end()).toBe(0)
  expect(stage.taken.length).toBe(10)
})
