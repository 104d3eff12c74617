import { expect, test } from 'vitest'
import type { Log, Partition } from '#domain/ports.ts'
import { statesOf } from '../../../bin/topics/lag.ts'
import { topicsText } from '../../../bin/topics/topics-text.ts'

/** A log of which only the bounds are known. */
const logWith = (bounds: readonly (Partition & { earliest: bigint; end: bigint })[]): Pick<Log, 'bounds'> => ({
  async bounds({ topic, partition }) {
    const found = bounds.find((one) => one.topic === topic && one.partition === partition)
    if (found === undefined) throw new Error(`nobody should ask for ${topic} ${partition}`)
    return found
  },
})

const [T, F] = ['market_data_raw', 'trades_raw'] as const
const log = logWith([
  { topic: T, partition: 0, earliest: 10n, end: 110n },
  { topic: T, partition: 1, earliest: 0n, end: 1_234_567n },
  { topic: F, partition: 0, earliest: 0n, end: 0n },
])
const partitions = new Map([
  [T, [0, 1]],
  [F, [0]],
])
const committed = [
  { group: `lodestream-local-hot-metrics-${T}`, topic: T, partition: 0, offset: 100n },
  { group: `lodestream-local-hot-metrics-${T}`, topic: T, partition: 1, offset: 1_234_567n },
  // Retention has passed its position by, and of partition 1 it has read nothing.
  { group: `lodestream-local-lake-landing-${T}`, topic: T, partition: 0, offset: 3n },
  { group: 'somebody', topic: T, partition: 0, offset: 110n },
  { group: 'somebody', topic: T, partition: 1, offset: 1_234_560n },
]

test('a reader lacks what is in the log behind its position, from the first record on where it has none', async () => {
  const states = await statesOf(log, { partitions, committed }, [T, F])
  expect(states).toEqual([
    {
      topic: T,
      partitions: [
        {
          partition: 0,
          earliest: '10',
          end: '110',
          records: 100,
          lag: { 'hot-metrics': 10, 'lake-landing': 100, somebody: 0 },
        },
        {
          partition: 1,
          earliest: '0',
          end: '1234567',
          records: 1_234_567,
          lag: { 'hot-metrics': 0, 'lake-landing': 1_234_567, somebody: 7 },
        },
      ],
      records: 1_234_667,
      lag: { 'hot-metrics': 10, 'lake-landing': 1_234_667, somebody: 7 },
    },
    { topic: F, partitions: [{ partition: 0, earliest: '0', end: '0', records: 0, lag: {} }], records: 0, lag: {} },
  ])
})

test('a line a topic, and a column a reader', async () => {
  const states = await statesOf(log, { partitions, committed }, [T, F, 'news_raw'])
  expect(topicsText(states, false).split('\n')).toEqual([
    'topic            partitions    records  hot-metrics behind  lake-landing behind  somebody behind',
    'market_data_raw           2  1,234,667                  10            1,234,667                7',
    'trades_raw                1          0                   –                    –                –',
    'news_raw          not there          –                   –                    –                –',
    '',
    'Topics that are not there come with lodestream up, or with the stack of the streams.',
  ])
})

test('a line a partition, with its bounds', async () => {
  const states = await statesOf(log, { partitions, committed: [] }, [T])
  expect(topicsText(states, true).split('\n')).toEqual([
    'topic            partition  earliest        end    records',
    'market_data_raw          0        10        110        100',
    'market_data_raw          1         0  1,234,567  1,234,567',
    '',
    'Nobody has read anything yet.',
  ])
})

test('numbers with gaps count nothing, are shown to the last digit, and nobody claims to know who read how far', async () => {
  const end = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n
  const kinesis = logWith([{ topic: F, partition: 0, earliest: 0n, end }])
  const states = await statesOf(kinesis, { partitions: new Map([[F, [0]]]) }, [F])
  expect(states).toEqual([
    {
      topic: F,
      partitions: [{ partition: 0, earliest: '0', end: String(end), records: null, lag: null }],
      records: null,
      lag: null,
    },
  ])
  const text = topicsText(states, true)
  expect(text).toContain(String(end))
  expect(text).toContain('IteratorAge')
})
