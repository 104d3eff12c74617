import { describe, expect, it } from 'vitest'
import { until } from '#test/local/kafka-event-source/bridge-process.ts'
import { type DeliveredEvent, mappingAnswer } from '#test/local/kafka-event-source/lambda-api.ts'
import { Scene, upTo } from '#test/local/kafka-event-source/scene.ts'

const scene = new Scene()

describe('deliveries', () => {
  it('come in the shape that AWS gives them', async () => {
    const { topic, broker, api } = scene
    const headers = new Map([[Buffer.from('trace'), Buffer.from([0x7f, 0x80, 0xff])]])
    await scene.producer.send({
      messages: [
        {
          topic,
          partition: 1,
          key: Buffer.from('AAPL'),
          value: Buffer.from('hällo'),
          timestamp: 1_700_000_000_123n,
          headers,
        },
        { topic, partition: 1, value: Buffer.from('keyless'), timestamp: 1_700_000_000_124n },
      ],
      acks: -1,
    })
    const events: DeliveredEvent[] = []
    api.answer = (event) => {
      events.push(event)
      return { result: { batchItemFailures: [] } }
    }
    scene.start()
    await scene.delivered(2)
    const common = { topic, partition: 1, timestampType: 'CREATE_TIME' }
    expect(events).toEqual([
      {
        eventSource: 'aws:kafka',
        eventSourceArn: mappingAnswer({}).EventSourceArn,
        bootstrapServers: broker,
        records: {
          [`${topic}-1`]: [
            {
              ...common,
              offset: 0,
              timestamp: 1_700_000_000_123,
              key: 'QUFQTA==',
              value: 'aMOkbGxv',
              headers: [{ trace: [127, -128, -1] }],
            },
            { ...common, offset: 1, timestamp: 1_700_000_000_124, value: 'a2V5bGVzcw==', headers: [] },
          ],
        },
      },
    ])
  })

  it("tell the broker's time where the topic keeps it", async () => {
    const { topic, api } = scene
    const configs = [{ name: 'message.timestamp.type', value: 'LogAppendTime', configOperation: 0 as const }]
    await scene.withAdmin((admin) =>
      admin.incrementalAlterConfigs({ resources: [{ resourceType: 2, resourceName: topic, configs }] }),
    )
    await scene.producer.send({ messages: [{ topic, partition: 0, value: Buffer.from('v'), timestamp: 1n }], acks: -1 })
    scene.start()
    await scene.delivered(1)
    expect(api.calls[0]?.records[0]?.timestampType).toBe('LOG_APPEND_TIME')
    expect(Math.abs((api.calls[0]?.records[0]?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  it.each([1, 4])(
    'keep to the batch size and to one invocation at a time a partition, in order, with %i pollers',
    async (MaximumPollers) => {
      const { api } = scene
      await scene.produce(0, 250)
      await scene.produce(1, 250)
      api.answer = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        return { result: null }
      }
      scene.start({ BatchSize: 40, ProvisionedPollerConfig: { MaximumPollers } })
      await scene.delivered(500)
      expect(Math.max(...api.calls.map(({ records }) => records.length))).toBe(40)
      expect(api.overlaps).toEqual(new Set())
      expect(scene.of(0)).toEqual(upTo(250))
      expect(scene.of(1)).toEqual(upTo(250))
    },
  )

  it('wait for their window, and not for a full batch', async () => {
    scene.start({ MaximumBatchingWindowInSeconds: 1 })
    await scene.said('reading')
    const began = performance.now()
    await scene.produce(0, 3)
    await scene.delivered(3)
    expect((scene.api.calls[0]?.began ?? 0) - began).toBeGreaterThan(900)
    expect(scene.api.calls).toHaveLength(1)
  })

  it('do not wait for the window once the batch is full', async () => {
    scene.start({ MaximumBatchingWindowInSeconds: 300, BatchSize: 5 })
    await scene.produce(0, 7)
    await scene.delivered(5)
    expect(scene.of(0)).toEqual(upTo(5))
  })
})

describe('reading starts', () => {
  it('behind the last record for LATEST, and stays there over a restart', async () => {
    await scene.produce(0, 5)
    const first = scene.start({ StartingPosition: 'LATEST' })
    await scene.said('reading')
    await first.stop()
    await scene.produce(0, 2)
    scene.start()
    await scene.delivered(2)
    expect(scene.of(0)).toEqual([5, 6])
  })

  it('at the first record of a time or after it for AT_TIMESTAMP, behind the last one where there is none', async () => {
    const { topic } = scene
    const start = Date.now() - 60_000
    const messages = upTo(4).map((index) => ({
      topic,
      partition: 0,
      value: Buffer.from('v'),
      timestamp: BigInt(start + (index - 2) * 1_000),
    }))
    await scene.producer.send({
      messages: [...messages, { topic, partition: 1, value: Buffer.from('old'), timestamp: 1n }],
      acks: -1,
    })
    scene.start({ StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: start / 1000 })
    await scene.said('reading')
    await scene.produce(1, 1)
    await scene.delivered(3)
    expect(scene.of(0)).toEqual([2, 3])
    expect(scene.of(1)).toEqual([1])
  })
})

describe('a restart', () => {
  it('goes on behind what was committed', async () => {
    await scene.produce(0, 10)
    const first = scene.start()
    await scene.delivered(10)
    expect(await first.stop()).toBe(0)
    await scene.produce(0, 5)
    scene.start()
    await scene.delivered(15)
    expect(scene.of(0)).toEqual(upTo(15))
  })

  it('after a kill redelivers what was in flight, and loses nothing', async () => {
    const { api } = scene
    await scene.produce(0, 10)
    api.answer = () => new Promise(() => undefined)
    const first = scene.start()
    await until(
      () => api.calls.length === 1,
      () => 'nothing is in flight',
    )
    await first.kill()
    api.answer = () => ({ result: null })
    scene.start()
    await scene.delivered(20)
    expect(scene.of(0)).toEqual([...upTo(10), ...upTo(10)])
  })

  it('asked for politely lets the invocation in flight finish, and commits it', async () => {
    const { api } = scene
    await scene.produce(0, 10)
    const { promise, resolve: finish } = Promise.withResolvers<{ result: null }>()
    api.answer = () => promise
    const bridge = scene.start()
    await until(
      () => api.calls.length === 1,
      () => 'nothing is in flight',
    )
    const exit = bridge.stop()
    await scene.said('stopping')
    await scene.produce(0, 1)
    finish({ result: null })
    expect(await exit).toBe(0)
    expect(await scene.committed(0)).toBe(10n)
  })
})

describe('faults for tests', () => {
  it.each([
    ['deliver each batch twice', { duplicate: 1 }, [...upTo(5), ...upTo(5)]],
    ['deliver each batch twice at once', { concurrentDuplicate: 1 }, [...upTo(5), ...upTo(5)]],
    ['deliver each batch in two halves', { bisect: 1 }, upTo(5)],
  ])('%s', async (_, fault, expected) => {
    const { api } = scene
    await scene.produce(0, 5)
    api.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { result: null }
    }
    scene.start({}, { LODESTREAM_ESM_FAULTS: JSON.stringify({ ...fault, seed: 1 }) })
    await scene.delivered(expected.length)
    await scene.committing(0, 5n)
    expect(scene.of(0)).toEqual(expected)
    expect(api.overlaps.size > 0).toBe('concurrentDuplicate' in fault)
    expect(api.calls).toHaveLength(2)
    expect(scene.bridges[0]?.said('on purpose')[0]?.seed).toBe(1)
  })

  it('go back to the last commit, and on from there', async () => {
    await scene.produce(0, 400)
    scene.start({ BatchSize: 10 }, { LODESTREAM_ESM_FAULTS: '{"dropCommit":0.4,"seed":5}' })
    await scene.committing(0, 400n)
    const offsets = scene.of(0)
    expect(new Set(offsets).size).toBe(400)
    expect(offsets.length).toBeGreaterThan(450)
    const jumps = offsets.filter((offset, index) => index > 0 && offset > (offsets[index - 1] ?? 0) + 1)
    expect(jumps).toEqual([])
  })
})
