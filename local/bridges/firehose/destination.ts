import { z } from 'zod'
import { compileQuery, type MetadataQuery } from './metadata-query.ts'
import { invalidArgument } from './service-error.ts'

/** What CreateDeliveryStream and UpdateDestination take; what is not named here is kept and answered, and means nothing. */
export const DestinationSettings = z.looseObject({
  RoleARN: z.string().regex(/^arn:.*:iam::\d{12}:role\/.+/),
  BucketARN: z.string().regex(/^arn:.*:s3:::[\w.-]{1,255}$/),
  Prefix: z.string().max(1024).optional(),
  ErrorOutputPrefix: z.string().max(1024).optional(),
  BufferingHints: z
    .object({
      SizeInMBs: z.number().int().min(1).max(128).optional(),
      IntervalInSeconds: z.number().int().min(0).max(900).optional(),
    })
    .optional(),
  CompressionFormat: z.enum(['UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY']).optional(),
  CustomTimeZone: z.string().max(50).optional(),
  FileExtension: z
    .string()
    .max(128)
    .regex(/^$|^\.[0-9a-z!\-_.*'()]+$/)
    .optional(),
  DynamicPartitioningConfiguration: z
    .looseObject({
      Enabled: z.boolean().optional(),
      RetryOptions: z.object({ DurationInSeconds: z.number().int().min(0).max(7200).optional() }).optional(),
    })
    .optional(),
  ProcessingConfiguration: z
    .object({
      Enabled: z.boolean().optional(),
      Processors: z
        .array(
          z.object({
            Type: z.string(),
            Parameters: z.array(z.object({ ParameterName: z.string(), ParameterValue: z.string() })).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  DataFormatConversionConfiguration: z
    .object({
      Enabled: z.boolean().optional(),
      SchemaConfiguration: z
        .object({
          RoleARN: z.string().optional(),
          CatalogId: z.string().optional(),
          DatabaseName: z.string().optional(),
          TableName: z.string().optional(),
          Region: z.string().optional(),
          VersionId: z.string().optional(),
        })
        .optional(),
      InputFormatConfiguration: z
        .object({
          Deserializer: z
            .object({
              OpenXJsonSerDe: z
                .object({
                  CaseInsensitive: z.boolean().optional(),
                  ColumnToJsonKeyMappings: z.record(z.string(), z.string()).optional(),
                  ConvertDotsInJsonKeysToUnderscores: z.boolean().optional(),
                })
                .optional(),
              HiveJsonSerDe: z.object({ TimestampFormats: z.array(z.string()).optional() }).optional(),
            })
            .optional(),
        })
        .optional(),
      OutputFormatConfiguration: z
        .object({
          Serializer: z
            .object({
              ParquetSerDe: z
                .looseObject({ Compression: z.enum(['UNCOMPRESSED', 'GZIP', 'SNAPPY']).optional() })
                .optional(),
              OrcSerDe: z.looseObject({}).optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
})
export type DestinationSettings = z.infer<typeof DestinationSettings>

/** How JSON becomes Parquet. */
export interface Conversion {
  readonly database: string
  readonly table: string
  readonly region: string
  /** A version of the table. @default LATEST */
  readonly version: string
  readonly compression: 'UNCOMPRESSED' | 'GZIP' | 'SNAPPY'
  readonly serde: 'openx' | 'hive'
  /** The JSON key of a column that has another name there. */
  readonly keyOf: Readonly<Record<string, string>>
  /** Whether times are in ms since 1970 only, which is Hive's format `millis`. */
  readonly millis: boolean
}

/** A destination's settings as they are worked with: defaults filled in, the query compiled. */
export interface Destination {
  readonly bucket: string
  readonly prefix: string
  readonly errorPrefix: string | undefined
  readonly zone: string | undefined
  readonly extension: string | undefined
  readonly bufferBytes: number
  readonly bufferMs: number
  readonly isGzipped: boolean
  readonly isDeaggregated: boolean
  readonly delimiter: string
  readonly query: MetadataQuery | undefined
  readonly conversion: Conversion | undefined
}

const MIB = 2 ** 20
/** Megabytes; documented for streams with conversion, 5 for others. */
const DEFAULT_SIZE = { plain: 5, converted: 128 }
const DEFAULT_INTERVAL_S = 300

/** @throws ServiceError for processors and formats that are not worked with here, and for a query that is not understood */
export function destinationOf(settings: DestinationSettings): Destination {
  const processing = settings.ProcessingConfiguration
  const processors = processing?.Enabled ? (processing.Processors ?? []) : []
  const conversion = conversionOf(settings)
  const { SizeInMBs, IntervalInSeconds } = settings.BufferingHints ?? {}
  const isPartitioned = settings.DynamicPartitioningConfiguration?.Enabled === true
  const size = SizeInMBs ?? (conversion || isPartitioned ? DEFAULT_SIZE.converted : DEFAULT_SIZE.plain)
  let isDeaggregated = false
  let delimiter = ''
  let query: MetadataQuery | undefined
  for (const { Type, Parameters = [] } of processors) {
    const parameters = Object.fromEntries(Parameters.map((p) => [p.ParameterName, p.ParameterValue]))
    if (Type === 'RecordDeAggregation') {
      if (parameters.SubRecordType !== 'JSON') throw invalidArgument('RecordDeAggregation here is of JSON only.')
      isDeaggregated = true
    } else if (Type === 'AppendDelimiterToRecord') delimiter = (parameters.Delimiter ?? '\\n').replaceAll('\\n', '\n')
    else if (Type === 'MetadataExtraction') {
      if (parameters.JsonParsingEngine !== 'JQ-1.6') throw invalidArgument('JsonParsingEngine must be JQ-1.6.')
      query = compileQuery(parameters.MetadataExtractionQuery ?? '')
    } else throw invalidArgument(`The processor ${Type} is not one that is worked with here.`)
  }
  return {
    bucket: settings.BucketARN.split(':::')[1] ?? '',
    prefix: settings.Prefix ?? '',
    errorPrefix: settings.ErrorOutputPrefix,
    zone: settings.CustomTimeZone,
    extension: settings.FileExtension,
    bufferBytes: size * MIB,
    bufferMs: (IntervalInSeconds ?? DEFAULT_INTERVAL_S) * 1000,
    isGzipped: compressionOf(settings) === 'GZIP',
    isDeaggregated,
    delimiter,
    query: isPartitioned ? query : undefined,
    conversion,
  }
}

function compressionOf({ CompressionFormat = 'UNCOMPRESSED' }: DestinationSettings): 'UNCOMPRESSED' | 'GZIP' {
  if (CompressionFormat === 'UNCOMPRESSED' || CompressionFormat === 'GZIP') return CompressionFormat
  throw invalidArgument(`CompressionFormat ${CompressionFormat} is not written here: use UNCOMPRESSED or GZIP.`)
}

function conversionOf(settings: DestinationSettings): Conversion | undefined {
  const converting = settings.DataFormatConversionConfiguration
  // Given without Enabled, it is enabled: the API's default.
  if (!converting || converting.Enabled === false) return undefined
  const { SchemaConfiguration: schema, InputFormatConfiguration, OutputFormatConfiguration } = converting
  const deserializer = InputFormatConfiguration?.Deserializer
  const serializer = OutputFormatConfiguration?.Serializer
  if (!schema?.DatabaseName || !schema.TableName || !schema.RoleARN) {
    throw invalidArgument('SchemaConfiguration needs RoleARN, DatabaseName and TableName where conversion is enabled.')
  }
  if ((deserializer?.OpenXJsonSerDe === undefined) === (deserializer?.HiveJsonSerDe === undefined)) {
    throw invalidArgument('InputFormatConfiguration needs exactly one of OpenXJsonSerDe and HiveJsonSerDe.')
  }
  if (!serializer?.ParquetSerDe || serializer.OrcSerDe) {
    throw invalidArgument('OutputFormatConfiguration needs ParquetSerDe; ORC is not written here.')
  }
  const openx = deserializer?.OpenXJsonSerDe
  if (openx?.ConvertDotsInJsonKeysToUnderscores) {
    throw invalidArgument('ConvertDotsInJsonKeysToUnderscores is not done here.')
  }
  const formats = deserializer?.HiveJsonSerDe?.TimestampFormats ?? []
  if (formats.some((format) => format !== 'millis')) {
    throw invalidArgument(`TimestampFormats ${formats.join(', ')} are not read here: use millis, or none.`)
  }
  return {
    database: schema.DatabaseName,
    table: schema.TableName,
    region: schema.Region ?? 'us-east-1',
    version: schema.VersionId ?? 'LATEST',
    compression: serializer.ParquetSerDe.Compression ?? 'SNAPPY',
    serde: openx ? 'openx' : 'hive',
    keyOf: openx?.ColumnToJsonKeyMappings ?? {},
    millis: formats.length > 0,
  }
}
