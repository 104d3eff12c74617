import { describe, expect, it } from 'vitest'
import { DestinationSettings } from '#local/bridges/firehose/destination.ts'
import { admitDestination } from '#local/bridges/firehose/destination-rules.ts'
import { convertingDestination } from './bridge.ts'

type Settings = Record<string, unknown>

const whole: Settings = { ...convertingDestination('lake') }
const admit = (change: Settings) => admitDestination(DestinationSettings.parse({ ...whole, ...change }))

const plain: Settings = {
  DynamicPartitioningConfiguration: { Enabled: false },
  DataFormatConversionConfiguration: { Enabled: false },
  ProcessingConfiguration: { Enabled: false },
  Prefix: 'raw/',
}
const converted = (change: Settings): Settings => ({
  DataFormatConversionConfiguration: { ...(whole.DataFormatConversionConfiguration as Settings), ...change },
})
const query = (text: string): Settings => ({
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      {
        Type: 'MetadataExtraction',
        Parameters: [
          { ParameterName: 'MetadataExtractionQuery', ParameterValue: text },
          { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
        ],
      },
    ],
  },
})

describe('a destination', () => {
  it('is admitted as the platform has it, with its defaults filled in', () => {
    expect(admit({})).toMatchObject({
      bucket: 'lake',
      bufferBytes: 64 * 2 ** 20,
      bufferMs: 60_000,
      isDeaggregated: true,
      conversion: { serde: 'openx', compression: 'SNAPPY', version: 'LATEST' },
    })
    expect(admit({ BufferingHints: undefined })).toMatchObject({ bufferBytes: 128 * 2 ** 20, bufferMs: 300_000 })
    expect(admit({ ...plain, BufferingHints: undefined })).toMatchObject({ bufferBytes: 5 * 2 ** 20 })
  })

  it.each([
    [
      'a buffer below 64 MiB with conversion',
      { BufferingHints: { SizeInMBs: 63, IntervalInSeconds: 60 } },
      /at least 64/,
    ],
    ['a minute not waited for', { BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 59 } }, /at least 60/],
    [
      'a buffer below 64 MiB with partitions alone',
      {
        DataFormatConversionConfiguration: { Enabled: false },
        BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 },
      },
      /dynamic partitioning/,
    ],
    ['a size without an interval', { BufferingHints: { SizeInMBs: 64 } }, /both/],
    ['an object compressed twice', { CompressionFormat: 'GZIP' }, /UNCOMPRESSED/],
    ['no error prefix', { ErrorOutputPrefix: undefined }, /ErrorOutputPrefix/],
    ['an error prefix for all errors', { ErrorOutputPrefix: 'errors/!{timestamp:yyyy}/' }, /error-output-type/],
    ['a key in the error prefix', { ErrorOutputPrefix: '!{partitionKeyFromQuery:day}/' }, /cannot contain/],
    ['the error type in the prefix', { Prefix: '!{firehose:error-output-type}/' }, /cannot contain/],
    ['a key that the prefix leaves out', { Prefix: '!{partitionKeyFromQuery:day}/' }, /kind is missing/],
    [
      'a key that the query does not extract',
      { Prefix: '!{partitionKeyFromQuery:day}!{partitionKeyFromQuery:kind}!{partitionKeyFromQuery:hour}/' },
      /hour/,
    ],
    ['keys of a Lambda function', { Prefix: '!{partitionKeyFromLambda:day}/' }, /none of the expressions/],
    ['an unknown namespace', { Prefix: '!{s3:bucket}/' }, /none of the expressions/],
    ['an expression without an end', { Prefix: 'a/!{timestamp:yyyy/' }, /does not end/],
    ['a letter that means no time', { ...plain, Prefix: '!{timestamp:QQ}/' }, /QQ/],
    ['partitions without keys', { ProcessingConfiguration: { Enabled: false } }, /MetadataExtraction/],
    ['keys without partitions', { DynamicPartitioningConfiguration: { Enabled: false } }, /not enabled/],
    ['a query that cannot be evaluated', query('{day:.day|test("x"),kind:.kind}'), /test is not understood/],
    [
      'a processor of another kind',
      { ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'Lambda' }] } },
      /Lambda/,
    ],
    ['a schema without a table', converted({ SchemaConfiguration: { RoleARN: 'r', DatabaseName: 'd' } }), /TableName/],
    [
      'two deserializers',
      converted({ InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {}, HiveJsonSerDe: {} } } }),
      /exactly one/,
    ],
    ['ORC', converted({ OutputFormatConfiguration: { Serializer: { OrcSerDe: {} } } }), /ParquetSerDe/],
    ['a time zone that nobody knows', { CustomTimeZone: 'Mars/Olympus' }, /no time zone/],
    ['a compression that is not written here', { ...plain, CompressionFormat: 'ZIP' }, /ZIP/],
  ])('%s is refused', (_, change, reason) => {
    expect(() => admit(change)).toThrow(reason)
  })
})
