import { type Column, countText, tableText } from '../table-text.ts'
import type { PartitionState, TopicState } from './lag.ts'

/** One line of the table: a topic, or one partition of it. */
type Line = Pick<TopicState, 'topic' | 'records' | 'lag'> & {
  readonly partitions: string
  readonly bounds?: Pick<PartitionState, 'earliest' | 'end'>
}

const UNKNOWN = '–'
const known = (count: number | null | undefined): string => (count == null ? UNKNOWN : countText(count))

/** The table for a person. @param each a line a partition instead of one a topic */
export function topicsText(states: readonly TopicState[], each: boolean): string {
  const lines = states.flatMap((state) => (each ? linesOf(state) : [lineOf(state)]))
  const readers = [...new Set(states.flatMap(({ lag }) => Object.keys(lag ?? {})))].sort()
  const bound = (which: 'earliest' | 'end'): Column<Line> => ({
    title: which,
    align: 'right',
    of: ({ bounds }) => (bounds === undefined ? UNKNOWN : offsetText(bounds[which])),
  })
  const table = tableText<Line>(
    [
      { title: 'topic', of: ({ topic }) => topic },
      { title: each ? 'partition' : 'partitions', align: 'right', of: ({ partitions }) => partitions },
      ...(each ? [bound('earliest'), bound('end')] : []),
      { title: 'records', align: 'right', of: ({ records }) => known(records) },
      ...readers.map(
        (reader): Column<Line> => ({
          title: `${reader} behind`,
          align: 'right',
          of: ({ lag }) => known(lag?.[reader]),
        }),
      ),
    ],
    lines,
  )
  return [table, ...remarks(states)].join('\n')
}

/** Kafka's grouped as other counts are; a sequence number of Kinesis as it is, to be copied. */
const offsetText = (offset: string): string => (offset.length > 20 ? offset : BigInt(offset).toLocaleString('en-US'))

const lineOf = ({ topic, partitions, records, lag }: TopicState): Line => ({
  topic,
  partitions: partitions === null ? 'not there' : countText(partitions.length),
  records,
  lag,
})

function linesOf(state: TopicState): readonly Line[] {
  if (state.partitions === null) return [lineOf(state)]
  return state.partitions.map(({ partition, earliest, end, records, lag }) => ({
    topic: state.topic,
    partitions: String(partition),
    bounds: { earliest, end },
    records,
    lag,
  }))
}

function remarks(states: readonly TopicState[]): readonly string[] {
  const there = states.filter(({ partitions }) => partitions !== null)
  return [
    ...(there.length < states.length
      ? ['', 'Topics that are not there come with lodestream up, or with the stack of the streams.']
      : []),
    ...(there.some(({ lag }) => lag === null)
      ? [
          '',
          'Sequence numbers of Kinesis count no records, and its readers keep their positions to themselves:',
          "a function's IteratorAge in CloudWatch says how far it is behind.",
        ]
      : []),
    ...(there.length > 0 && there.every(({ lag }) => lag !== null && Object.keys(lag).length === 0)
      ? ['', 'Nobody has read anything yet.']
      : []),
  ]
}
