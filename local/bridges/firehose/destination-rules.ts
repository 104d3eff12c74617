import { isTimeZone } from '../wall-clock.ts'
import { type Destination, type DestinationSettings, destinationOf } from './destination.ts'
import { checkPrefix, hasExpression, keysOf, namesErrorType } from './prefix.ts'
import { invalidArgument } from './service-error.ts'

const MIB = 2 ** 20
/** The least where records are converted or partitioned. */
const LEAST_SIZE_MIB = 64
const LEAST_INTERVAL_MS = 60_000

/** The destination, if Firehose takes these settings together. @throws ServiceError where it documents that it does not */
export function admitDestination(settings: DestinationSettings): Destination {
  const destination = destinationOf(settings)
  const isPartitioned = settings.DynamicPartitioningConfiguration?.Enabled === true
  const { SizeInMBs, IntervalInSeconds } = settings.BufferingHints ?? {}
  if ((SizeInMBs === undefined) !== (IntervalInSeconds === undefined)) {
    throw invalidArgument('BufferingHints need both SizeInMBs and IntervalInSeconds, or neither.')
  }
  checkBuffers(destination, isPartitioned)
  if (destination.conversion && (settings.CompressionFormat ?? 'UNCOMPRESSED') !== 'UNCOMPRESSED') {
    throw invalidArgument(
      'CompressionFormat must be UNCOMPRESSED where the format is converted: the serializer compresses.',
    )
  }
  if (destination.zone !== undefined && !isTimeZone(destination.zone)) {
    throw invalidArgument(`CustomTimeZone ${destination.zone} is no time zone.`)
  }
  checkPrefixes(settings, destination, isPartitioned)
  return destination
}

function checkBuffers({ bufferBytes, bufferMs, conversion }: Destination, isPartitioned: boolean): void {
  if (!conversion && !isPartitioned) return
  const why = conversion ? 'data format conversion' : 'dynamic partitioning'
  if (bufferBytes < LEAST_SIZE_MIB * MIB) {
    throw invalidArgument(`BufferingHints.SizeInMBs must be at least ${LEAST_SIZE_MIB} when ${why} is enabled.`)
  }
  if (bufferMs < LEAST_INTERVAL_MS) {
    throw invalidArgument(`BufferingHints.IntervalInSeconds must be at least 60 when ${why} is enabled.`)
  }
}

function checkPrefixes(settings: DestinationSettings, { query }: Destination, isPartitioned: boolean): void {
  const { Prefix = '', ErrorOutputPrefix } = settings
  checkPrefix(Prefix, 'Prefix')
  if (ErrorOutputPrefix !== undefined) checkPrefix(ErrorOutputPrefix, 'ErrorOutputPrefix')
  const isExpressed = hasExpression(Prefix)
  if ((isExpressed || isPartitioned) && !ErrorOutputPrefix) {
    throw invalidArgument('ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.')
  }
  if (ErrorOutputPrefix && (isExpressed || hasExpression(ErrorOutputPrefix)) && !namesErrorType(ErrorOutputPrefix)) {
    throw invalidArgument('ErrorOutputPrefix must contain !{firehose:error-output-type}.')
  }
  const named = keysOf(Prefix)
  if (!isPartitioned) {
    if (named.length > 0) throw invalidArgument('Prefix names partition keys, but dynamic partitioning is not enabled.')
    return
  }
  if (!query) throw invalidArgument('Dynamic partitioning needs an enabled MetadataExtraction processor.')
  const missing = query.keys.filter((key) => !named.includes(key))
  if (missing.length > 0)
    throw invalidArgument(`Prefix must name every partition key; ${missing.join(', ')} is missing.`)
  const unknown = named.filter((key) => !query.keys.includes(key))
  if (unknown.length > 0) throw invalidArgument(`Prefix names ${unknown.join(', ')}, which the query does not extract.`)
}
