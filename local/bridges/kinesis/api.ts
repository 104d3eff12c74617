import { ServiceError } from '../aws-json.ts'
import { getRecords, getShardIterator, putRecord, putRecords } from './records.ts'
import { invalid, parse, Requests } from './requests.ts'
import type { Stream } from './stream.ts'
import type { Streams } from './streams.ts'

/** Answers one operation over the streams. @param now ms @throws ServiceError as the API answers it */
export function answer(streams: Streams, operation: string, body: unknown, now: number): object {
  switch (operation) {
    case 'PutRecords':
      return putRecords(streams, body, now)
    case 'PutRecord':
      return putRecord(streams, body, now)
    case 'GetShardIterator':
      return getShardIterator(streams, body, now)
    case 'GetRecords':
      return getRecords(streams, body, now)
    case 'CreateStream': {
      const { StreamName: name, ShardCount: shards, Tags: tags } = parse(Requests.CreateStream, body)
      streams.create({ name, shards, created: now, retentionHours: 24, tags }, now)
      return {}
    }
    case 'DeleteStream':
      streams.delete(parse(Requests.Which, body).stream)
      return {}
    case 'DescribeStream':
      return { StreamDescription: described(streamOf(streams, body)) }
    case 'DescribeStreamSummary':
      return { StreamDescriptionSummary: summarised(streamOf(streams, body)) }
    case 'ListStreams':
      return listStreams(streams, body)
    case 'ListShards':
      return listShards(streams, body)
    case 'IncreaseStreamRetentionPeriod':
    case 'DecreaseStreamRetentionPeriod':
      return changeRetention(streams, operation === 'IncreaseStreamRetentionPeriod' ? 1 : -1, body)
    case 'StartStreamEncryption':
      streamOf(streams, body).change({ keyId: parse(Requests.Encryption, body).KeyId })
      return {}
    case 'AddTagsToStream': {
      const stream = streamOf(streams, body)
      stream.change({ tags: { ...stream.settings.tags, ...parse(Requests.Tagging, body).Tags } })
      return {}
    }
    case 'RemoveTagsFromStream': {
      const stream = streamOf(streams, body)
      const gone = new Set(parse(Requests.Untagging, body).TagKeys)
      stream.change({
        tags: Object.fromEntries(Object.entries(stream.settings.tags).filter(([key]) => !gone.has(key))),
      })
      return {}
    }
    case 'ListTagsForStream':
      return { Tags: tagsOf(streamOf(streams, body)), HasMoreTags: false }
    default:
      throw new ServiceError('UnknownOperationException', `${operation} is not answered here.`)
  }
}

const streamOf = (streams: Streams, body: unknown): Stream => streams.get(parse(Requests.Which, body).stream)

const arnOf = (name: string): string => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`

const tagsOf = ({ settings }: Stream) => Object.entries(settings.tags).map(([Key, Value]) => ({ Key, Value }))

function about({ settings: { name, created, retentionHours, keyId } }: Stream) {
  return {
    StreamName: name,
    StreamARN: arnOf(name),
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    RetentionPeriodHours: retentionHours,
    StreamCreationTimestamp: created / 1000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    ...(keyId === undefined ? { EncryptionType: 'NONE' } : { EncryptionType: 'KMS', KeyId: keyId }),
  }
}

const summarised = (stream: Stream) => ({
  ...about(stream),
  OpenShardCount: stream.shards.length,
  ConsumerCount: 0,
  MaxRecordSizeInKiB: 1_024,
})

const described = (stream: Stream) => ({ ...about(stream), Shards: shardsOf(stream), HasMoreShards: false })

const shardsOf = (stream: Stream) =>
  stream.shards.map(({ id, start }, at) => {
    const { first, last } = stream.hashesOf(at)
    return {
      ShardId: id,
      HashKeyRange: { StartingHashKey: first.toString(), EndingHashKey: last.toString() },
      SequenceNumberRange: { StartingSequenceNumber: start.toString() },
    }
  })

function listStreams(streams: Streams, body: unknown): object {
  const { Limit, NextToken } = parse(Requests.ListStreams, body)
  const names = streams.names.filter((name) => NextToken === undefined || name > NextToken)
  const page = names.slice(0, Limit)
  const hasMore = names.length > page.length
  return {
    StreamNames: page,
    HasMoreStreams: hasMore,
    StreamSummaries: page.map((name) => about(streams.get(name))),
    ...(hasMore && { NextToken: page.at(-1) }),
  }
}

/** A token names the stream, and with it the shard to go on at. */
function listShards(streams: Streams, body: unknown): object {
  const { NextToken, MaxResults, ...which } = parse(Requests.ListShards, body)
  if (NextToken !== undefined && Object.values(which).some((value) => value !== undefined))
    throw invalid('NextToken and a stream cannot be provided together.')
  const [name, from = '0'] = NextToken?.split('/') ?? [parse(Requests.Which, which).stream]
  const stream = streams.get(name ?? '')
  const all = shardsOf(stream).slice(Number(from))
  const hasMore = all.length > MaxResults
  return { Shards: all.slice(0, MaxResults), ...(hasMore && { NextToken: `${name}/${Number(from) + MaxResults}` }) }
}

function changeRetention(streams: Streams, direction: 1 | -1, body: unknown): object {
  const stream = streamOf(streams, body)
  const { RetentionPeriodHours: hours } = parse(Requests.Retention, body)
  const now = stream.settings.retentionHours
  if ((hours - now) * direction < 0)
    throw invalid(`${hours} hours are no ${direction > 0 ? 'increase' : 'decrease'} from ${now}.`)
  stream.change({ retentionHours: hours })
  return {}
}
