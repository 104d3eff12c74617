import { ServiceError } from '../aws-json.ts'
import { DestinationSettings } from './destination.ts'
import type { Faults } from './faults.ts'
import { putRecord, putRecordBatch } from './put-records.ts'
import type { Entry, Registry } from './registry.ts'
import { isOperation, type Operation, parseRequest, type RequestOf } from './requests.ts'
import { invalidArgument } from './service-error.ts'

/** Firehose's API over the streams of a registry. */
export class FirehoseApi {
  readonly #streams: Registry
  readonly #faults: Faults

  constructor(streams: Registry, faults: Faults) {
    this.#streams = streams
    this.#faults = faults
  }

  /** Answers one request. @param operation as x-amz-target names it @throws ServiceError as the API answers it */
  async answer(operation: string, body: unknown): Promise<object> {
    if (!isOperation(operation)) {
      throw new ServiceError('UnknownOperationException', `${operation} is not an operation that is answered here.`)
    }
    const handlers: { [Name in Operation]: (request: RequestOf<Name>) => object | Promise<object> } = {
      CreateDeliveryStream: (request) => this.#create(request),
      UpdateDestination: (request) => this.#update(request),
      DescribeDeliveryStream: ({ DeliveryStreamName }) => ({
        DeliveryStreamDescription: describe(this.#streams.get(DeliveryStreamName)),
      }),
      ListDeliveryStreams: (request) => this.#list(request),
      DeleteDeliveryStream: async ({ DeliveryStreamName }) => {
        await this.#streams.delete(DeliveryStreamName)
        return {}
      },
      ListTagsForDeliveryStream: ({ DeliveryStreamName }) => ({
        Tags: this.#streams.get(DeliveryStreamName).description.tags,
        HasMoreTags: false,
      }),
      TagDeliveryStream: ({ DeliveryStreamName, Tags }) => {
        const kept = this.#tagsWithout(
          DeliveryStreamName,
          Tags.map(({ Key }) => Key),
        )
        this.#streams.change(DeliveryStreamName, { tags: [...kept, ...Tags] }, Date.now())
        return {}
      },
      UntagDeliveryStream: ({ DeliveryStreamName, TagKeys }) => {
        this.#streams.change(DeliveryStreamName, { tags: this.#tagsWithout(DeliveryStreamName, TagKeys) }, Date.now())
        return {}
      },
      StartDeliveryStreamEncryption: ({ DeliveryStreamName, DeliveryStreamEncryptionConfigurationInput }) => {
        const encryption = DeliveryStreamEncryptionConfigurationInput ?? { KeyType: 'AWS_OWNED_CMK' }
        this.#streams.change(DeliveryStreamName, { encryption }, Date.now())
        return {}
      },
      StopDeliveryStreamEncryption: ({ DeliveryStreamName }) => {
        this.#streams.change(DeliveryStreamName, { encryption: undefined }, Date.now())
        return {}
      },
      PutRecord: ({ DeliveryStreamName, Record }) =>
        putRecord(this.#streams.get(DeliveryStreamName), Record, this.#faults),
      PutRecordBatch: ({ DeliveryStreamName, Records }) =>
        putRecordBatch(this.#streams.get(DeliveryStreamName), Records, this.#faults),
    }
    return dispatch(handlers, operation, body)
  }

  #create({
    DeliveryStreamName,
    ExtendedS3DestinationConfiguration,
    DeliveryStreamEncryptionConfigurationInput,
    Tags = [],
  }: RequestOf<'CreateDeliveryStream'>) {
    const description = {
      name: DeliveryStreamName,
      settings: ExtendedS3DestinationConfiguration,
      tags: Tags,
      encryption: DeliveryStreamEncryptionConfigurationInput,
    }
    this.#streams.create(description, Date.now())
    return { DeliveryStreamARN: arnOf(DeliveryStreamName) }
  }

  #update({
    DeliveryStreamName,
    CurrentDeliveryStreamVersionId,
    DestinationId,
    ExtendedS3DestinationUpdate,
  }: RequestOf<'UpdateDestination'>) {
    const { description } = this.#streams.get(DeliveryStreamName)
    if (CurrentDeliveryStreamVersionId !== String(description.version)) {
      const says = `Cannot update firehose: ${DeliveryStreamName} since the current version id: ${description.version} and specified version id: ${CurrentDeliveryStreamVersionId} do not match`
      throw new ServiceError('ConcurrentModificationException', says)
    }
    if (DestinationId !== DESTINATION) throw invalidArgument(`Destination Id ${DestinationId} not found`)
    const settings = DestinationSettings.parse({ ...description.settings, ...ExtendedS3DestinationUpdate })
    this.#streams.change(DeliveryStreamName, { settings }, Date.now())
    return {}
  }

  #list({ Limit, ExclusiveStartDeliveryStreamName = '' }: RequestOf<'ListDeliveryStreams'>) {
    const names = this.#streams.all().map(({ description }) => description.name)
    const after = names.filter((name) => name > ExclusiveStartDeliveryStreamName)
    return { DeliveryStreamNames: after.slice(0, Limit), HasMoreDeliveryStreams: after.length > Limit }
  }

  #tagsWithout(name: string, keys: readonly string[]) {
    return this.#streams.get(name).description.tags.filter(({ Key }) => !keys.includes(Key))
  }
}

/** Parses and handles as one operation, whose request and handler belong together. */
function dispatch<Name extends Operation>(
  handlers: { [Each in Name]: (request: RequestOf<Each>) => object | Promise<object> },
  operation: Name,
  body: unknown,
): object | Promise<object> {
  return handlers[operation](parseRequest(operation, body))
}

const DESTINATION = 'destinationId-000000000001'

const arnOf = (name: string) => `arn:aws:firehose:us-east-1:000000000000:deliverystream/${name}`

function describe({ description }: Entry) {
  const { name, version, created, updated, settings, encryption } = description
  const { BucketARN, RoleARN, Prefix, ErrorOutputPrefix, CompressionFormat = 'UNCOMPRESSED' } = settings
  const plain = {
    BucketARN,
    RoleARN,
    Prefix,
    ErrorOutputPrefix,
    CompressionFormat,
    BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 300, ...settings.BufferingHints },
    EncryptionConfiguration: settings.EncryptionConfiguration ?? { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: settings.CloudWatchLoggingOptions ?? { Enabled: false },
  }
  return {
    DeliveryStreamName: name,
    DeliveryStreamARN: arnOf(name),
    DeliveryStreamStatus: 'ACTIVE',
    DeliveryStreamEncryptionConfiguration: encryption ? { ...encryption, Status: 'ENABLED' } : { Status: 'DISABLED' },
    DeliveryStreamType: 'DirectPut',
    VersionId: String(version),
    CreateTimestamp: created / 1000,
    ...(updated && { LastUpdateTimestamp: updated / 1000 }),
    Destinations: [
      {
        DestinationId: DESTINATION,
        S3DestinationDescription: plain,
        ExtendedS3DestinationDescription: { S3BackupMode: 'Disabled', ...settings, ...plain },
      },
    ],
    HasMoreDestinations: false,
  }
}
