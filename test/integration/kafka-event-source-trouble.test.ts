import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until } from '#test/local/kafka-event-source/bridge-process.ts'
import { Scene, upTo } from '#test/local/kafka-event-source/scene.ts'

const scene = new Scene()

describe('trouble passes by', () => {
  it.each([
    [
      'the function is throttled',
      { status: 429, text: '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}' },
    ],
    ['the function is missing', { status: 404, text: 'ResourceNotFoundException' }],
    ['Lambda is broken', { status: 500, text: 'ServiceException' }],
    ['the invocation is cut off', 'cut'],
  ] as const)('while %s, is told once, and uses up no retry', async (_, answer) => {
    const { api } = scene
    await scene.produce(0, 10)
    api.answer = () => answer
    scene.start({ MaximumRetryAttempts: 0 })
    await until(
      () => api.calls.length >= 4,
      () => 'it was not tried again',
    )
    api.answer = () => ({ result: null })
    await scene.committing(0, 10n)
    expect(scene.bridges[0]?.said('invoking the function does not work')).toHaveLength(1)
    expect(scene.bridges[0]?.said('invoking the function works again')).toHaveLength(1)
    expect(scene.bridges[0]?.said('given up')).toEqual([])
    expect(scene.of(0).slice(-10)).toEqual(upTo(10))
  })

  it('while LocalStack is away', async () => {
    const { api } = scene
    scene.start()
    await scene.said('reading')
    await api.stop()
    await scene.produce(0, 10)
    await scene.said('invoking the function does not work')
    await scene.said('listing the event source mappings does not work')
    await api.start()
    await scene.committing(0, 10n)
    expect(scene.of(0)).toEqual(upTo(10))
    await scene.said('listing the event source mappings works again')
    expect(scene.bridges[0]?.said('reading')).toHaveLength(1)
  })

  it('while Kafka restarts in the middle of a stream', async () => {
    const { api } = scene
    await scene.produce(0, 500)
    api.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { result: null }
    }
    const bridge = scene.start({ BatchSize: 10 })
    await scene.delivered(100)
    await scene.restartKafka(() => scene.said('fetching does not work'))
    await scene.produce(0, 100)
    await scene.committing(0, 600n)
    const offsets = scene.of(0)
    expect(new Set(offsets).size).toBe(600)
    expect(offsets.filter((offset, index) => index > 0 && offset > (offsets[index - 1] ?? 0) + 1)).toEqual([])
    expect(bridge.lines.filter(({ level, event }) => level !== 'info' && event.startsWith('fetching'))).toHaveLength(1)
    expect(bridge.said('a defect')).toEqual([])
    expect(await bridge.stop()).toBe(0)
  })

  it('until the topic exists', async () => {
    const { api, topic } = scene
    api.mappings = [scene.mapping({ Topics: [`${topic}_later`] })]
    scene.start()
    await scene.said('reading the topic does not work')
    scene.topic = await scene.createTopic(`${topic}_later`)
    await scene.produce(1, 3)
    await scene.delivered(3)
    expect(scene.bridges[0]?.said('reading the topic does not work')).toHaveLength(1)
  })
})

describe('the partitions', () => {
  it('that a topic gains are read from their first record', async () => {
    const { topic } = scene
    scene.start({ StartingPosition: 'LATEST' })
    await scene.said('reading')
    await scene.withAdmin((admin) => admin.createPartitions({ topics: [{ name: topic, count: 3, assignments: null }] }))
    await until(
      async () =>
        (await scene.producer.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)?.partitionsCount ===
        3,
      () => 'the topic did not grow',
    )
    await scene.produce(2, 5)
    await scene.delivered(5)
    expect(scene.of(2)).toEqual(upTo(5))
  })

  it('are shared with another bridge of the same group, and taken over from it', async () => {
    const { api } = scene
    const [first] = [scene.start()]
    await scene.said('reading')
    const second = scene.start()
    await scene.said('reading')
    await until(
      () => first.said('reading').length === 2,
      () => 'the first bridge was not told',
    )
    const owned = [first, second].map((bridge) => Object.keys(bridge.said('reading').at(-1)?.positions as object))
    expect(owned.flat().sort()).toEqual(['0', '1'])
    expect(owned.map(({ length }) => length)).toEqual([1, 1])
    await first.stop()
    await until(
      () => Object.keys(second.said('reading').at(-1)?.positions as object).length === 2,
      () => 'the second did not take over',
    )
    await scene.produce(0, 5)
    await scene.produce(1, 5)
    await scene.delivered(10)
    expect(api.delivered()).toHaveLength(10)
  })
})

describe('a mapping', () => {
  it('is picked up, updated, disabled, enabled and deleted while the bridge runs', async () => {
    const { api } = scene
    const bridge = scene.start()
    api.mappings = []
    await bridge.said('runs')
    await scene.produce(0, 4)
    api.mappings = [scene.mapping({ BatchSize: 2 })]
    await scene.delivered(4)
    expect(api.calls.map(({ records }) => records.length)).toEqual([2, 2])

    api.mappings = [scene.mapping({ BatchSize: 100 })]
    await until(
      () => bridge.said('reading').length === 2,
      () => 'the update was not picked up',
    )
    await scene.produce(0, 4)
    await scene.delivered(8)
    expect(api.calls.at(-1)?.records).toHaveLength(4)

    api.mappings = [scene.mapping({ State: 'Disabled' })]
    await scene.said('the mapping is disabled')
    await scene.produce(0, 4)
    await until(
      () => states()[0]?.state === 'disabled',
      () => JSON.stringify(states()),
    )
    expect(api.delivered()).toHaveLength(8)

    api.mappings = [scene.mapping({ State: 'Enabled' })]
    await scene.delivered(12)
    await until(
      () => states()[0]?.records === 4,
      () => JSON.stringify(states()),
    )
    expect(states()[0]).toMatchObject({ state: 'reading', partitions: [0, 1], invocations: 1, discarded: 0 })

    api.mappings = []
    await scene.said('the mapping was deleted')
    await until(
      () => states().length === 0,
      () => JSON.stringify(states()),
    )
    expect(scene.of(0)).toEqual(upTo(12))
  })

  it('is refused in one sentence, told once, and read as soon as it is right', async () => {
    const { api } = scene
    await scene.produce(0, 1)
    scene.start({ BatchSize: 10_001 })
    await scene.said('the mapping is refused')
    await until(
      () => states()[0]?.state === 'refused',
      () => JSON.stringify(states()),
    )
    api.mappings = [scene.mapping({ BatchSize: 10_001, LastModified: 7 })]
    await until(
      () => api.mappings[0]?.LastModified === 7,
      () => '',
    )
    api.mappings = [scene.mapping({ BatchSize: 10 })]
    await scene.delivered(1)
    expect(scene.bridges[0]?.said('the mapping is refused').map(({ reason }) => reason)).toEqual([
      'BatchSize must be a whole number from 1 to 10000, not 10001.',
    ])
  })

  it('of another topic, made of this one by an update, is refused', async () => {
    const { api, topic } = scene
    scene.start()
    await scene.said('reading')
    api.mappings = [scene.mapping({ Topics: [await scene.createTopic(`${topic}_other`)] })]
    await scene.said('the mapping is refused')
    await scene.produce(0, 1)
    expect(scene.bridges[0]?.said('the mapping is refused')[0]?.reason).toContain(
      'Topics is set when a mapping is created',
    )
  })
})

describe('the process', () => {
  it.each([
    [{ LODESTREAM_KAFKA: '' }, 'LODESTREAM_KAFKA is not set'],
    [{ LODESTREAM_KAFKA: 'http://x' }, 'LODESTREAM_KAFKA must be host:port'],
    [{ AWS_ENDPOINT_URL: 'https://lambda.us-east-1.amazonaws.com' }, 'AWS_ENDPOINT_URL must be http://host:port'],
    [{ LODESTREAM_HOME: '' }, 'LODESTREAM_HOME is not set'],
    [{ LODESTREAM_ESM_FAULTS: 'chaos' }, 'LODESTREAM_ESM_FAULTS must be JSON'],
  ])('refuses %j in one sentence', async (environment, sentence) => {
    const bridge = scene.start({}, environment)
    expect(await bridge.exit()).toBe(1)
    await until(
      () => bridge.errors !== '',
      () => 'nothing was said',
    )
    expect(bridge.errors).toContain(sentence)
    expect(bridge.errors.trim().split('\n')).toHaveLength(1)
  })
})

function states(): Record<string, unknown>[] {
  return JSON.parse(readFileSync(join(scene.home, 'data/kafka-event-source/mappings.json'), 'utf8')) as Record<
    string,
    unknown
  >[]
}
