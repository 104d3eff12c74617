import { ServiceError } from '../aws-json.ts'
import { limits } from './limits.ts'
import { type Entry, invalid, parse, Requests } from './requests.ts'
import type { Shard } from './shard.ts'
import type { Stream } from './stream.ts'
import type { Streams } from './streams.ts'

/** PutRecord. */
export function putRecord(streams: Streams, body: unknown, now: number): object {
  const entry = parse(Requests.PutRecord, body)
  const stream = streams.get(entry.stream)
  checkSizes(stream, [entry])
  const { ErrorCode, ErrorMessage, ...taken } = put(stream, entry, now)
  if (ErrorCode !== undefined) throw new ServiceError(ErrorCode, ErrorMessage ?? '')
  return { ...taken, EncryptionType: encryptionOf(stream) }
}

/** PutRecords: what a shard does not take this second is refused by itself, and the next record is tried all the same. */
export function putRecords(streams: Streams, body: unknown, now: number): object {
  const { Records, stream: name } = parse(Requests.PutRecords, body)
  const stream = streams.get(name)
  checkSizes(stream, Records)
  const answers = Records.map((entry) => put(stream, entry, now))
  const FailedRecordCount = answers.filter(({ ErrorCode }) => ErrorCode !== undefined).length
  return { FailedRecordCount, Records: answers, EncryptionType: encryptionOf(stream) }
}

interface Put {
  readonly SequenceNumber?: string
  readonly ShardId?: string
  readonly ErrorCode?: string
  readonly ErrorMessage?: string
}

function put(stream: Stream, { PartitionKey, ExplicitHashKey, Data }: Entry, now: number): Put {
  const shard = stream.shardOf(PartitionKey, ExplicitHashKey)
  const sequence = shard.append(PartitionKey, Data, now)
  if (sequence !== undefined) return { SequenceNumber: sequence.toString(), ShardId: shard.id }
  return {
    ErrorCode: 'ProvisionedThroughputExceededException',
    ErrorMessage: `Rate exceeded for shard ${shard.id} in stream ${stream.settings.name}.`,
  }
}

function checkSizes({ settings }: Stream, entries: readonly Entry[]): void {
  const sizes = entries.map(({ PartitionKey, Data }) => Buffer.byteLength(PartitionKey) + Data.length)
  const largest = Math.max(...sizes)
  if (largest > limits.recordBytes)
    throw invalid(`A record of ${largest} bytes: ${settings.name} takes ${limits.recordBytes}, key and data together.`)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  if (all > limits.callBytes) throw invalid(`Records of ${all} bytes: one call takes ${limits.callBytes}.`)
}

/** What an iterator holds: a place in a shard of the stream that had this name then. */
interface Iterator {
  readonly stream: string
  readonly created: number
  readonly shard: number
  readonly place: number
  /** ms */
  readonly issued: number
}

/** GetShardIterator. */
export function getShardIterator(streams: Streams, body: unknown, now: number): object {
  const request = parse(Requests.GetShardIterator, body)
  const stream = streams.get(request.stream)
  const at = Number(request.ShardId.replace('shardId-', ''))
  const shard = stream.shards[at]
  if (shard === undefined) {
    throw new ServiceError('ResourceNotFoundException', `${request.ShardId} in stream ${request.stream} not found.`)
  }
  const place = beginning(shard, request)
  const { name, created } = stream.settings
  return { ShardIterator: toText({ stream: name, created, shard: at, place, issued: now }) }
}

type Beginning = Omit<ReturnType<typeof Requests.GetShardIterator.parse>, 'stream' | 'ShardId'>

function beginning(shard: Shard, { ShardIteratorType, StartingSequenceNumber, Timestamp }: Beginning): number {
  switch (ShardIteratorType) {
    case 'TRIM_HORIZON':
      return 0
    case 'LATEST':
      return shard.count
    case 'AT_TIMESTAMP':
      if (Timestamp === undefined) throw invalid('AT_TIMESTAMP needs a Timestamp.')
      return shard.placeSince(Timestamp * 1000)
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      if (StartingSequenceNumber === undefined) throw invalid(`${ShardIteratorType} needs a StartingSequenceNumber.`)
      const sequence = BigInt(StartingSequenceNumber)
      if (sequence === shard.start) return 0
      const place = shard.placeOf(sequence)
      if (place === undefined) throw invalid(`${StartingSequenceNumber} is no sequence number of ${shard.id}.`)
      return ShardIteratorType === 'AT_SEQUENCE_NUMBER' ? place : place + 1
    }
    default:
      return ShardIteratorType satisfies never
  }
}

/** GetRecords. */
export function getRecords(streams: Streams, body: unknown, now: number): object {
  const { ShardIterator, Limit } = parse(Requests.GetRecords, body)
  const iterator = fromText(ShardIterator)
  const stream = streams.get(iterator.stream)
  const shard = stream.shards[iterator.shard]
  if (shard === undefined || stream.settings.created !== iterator.created) throw invalid('Invalid ShardIterator.')
  if (now - iterator.issued > limits.iteratorMs) {
    const minutes = Math.round((now - iterator.issued) / 60_000)
    throw new ServiceError('ExpiredIteratorException', `The iterator is ${minutes} minutes old: it was good for five.`)
  }
  if (!shard.admitsRead(now)) {
    throw new ServiceError('ProvisionedThroughputExceededException', `Rate exceeded for shard ${shard.id}.`)
  }
  const from = Math.max(iterator.place, shard.placeSince(now - stream.settings.retentionHours * 3_600_000))
  const records = shard.read(from, Limit)
  const place = from + records.length
  return {
    Records: records.map(({ sequence, arrivedAt, key, data }) => ({
      SequenceNumber: sequence.toString(),
      ApproximateArrivalTimestamp: arrivedAt / 1000,
      PartitionKey: key,
      Data: data.toString('base64'),
    })),
    NextShardIterator: toText({ ...iterator, place, issued: now }),
    MillisBehindLatest: shard.ageOf(place, now),
  }
}

/** Nobody but this server reads it. */
const toText = (iterator: Iterator): string => Buffer.from(JSON.stringify(iterator)).toString('base64')

function fromText(text: string): Iterator {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString())
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw invalid('Invalid ShardIterator.')
  }
}

const encryptionOf = ({ settings }: Stream): 'KMS' | 'NONE' => (settings.keyId === undefined ? 'NONE' : 'KMS')
