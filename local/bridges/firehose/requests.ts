import { z } from 'zod'
import { DestinationSettings } from './destination.ts'
import { Description } from './registry.ts'
import { invalidRequest } from './service-error.ts'

const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_.-]+$/)
const blob = z.base64()
const Record = z.object({ Data: blob })

/** What each operation is asked with. */
export const requests = {
  CreateDeliveryStream: z.object({
    DeliveryStreamName: name,
    DeliveryStreamType: z.literal('DirectPut').optional(),
    ExtendedS3DestinationConfiguration: DestinationSettings,
    DeliveryStreamEncryptionConfigurationInput: Description.shape.encryption,
    Tags: Description.shape.tags.optional(),
  }),
  UpdateDestination: z.object({
    DeliveryStreamName: name,
    CurrentDeliveryStreamVersionId: z.string().regex(/^\d{1,50}$/),
    DestinationId: z.string(),
    ExtendedS3DestinationUpdate: DestinationSettings.partial(),
  }),
  DescribeDeliveryStream: z.object({
    DeliveryStreamName: name,
    Limit: z.number().optional(),
    ExclusiveStartDestinationId: z.string().optional(),
  }),
  ListDeliveryStreams: z.object({
    Limit: z.number().int().min(1).max(10_000).default(10),
    DeliveryStreamType: z.string().optional(),
    ExclusiveStartDeliveryStreamName: name.optional(),
  }),
  DeleteDeliveryStream: z.object({ DeliveryStreamName: name, AllowForceDelete: z.boolean().optional() }),
  ListTagsForDeliveryStream: z.object({ DeliveryStreamName: name }),
  TagDeliveryStream: z.object({ DeliveryStreamName: name, Tags: Description.shape.tags.min(1) }),
  UntagDeliveryStream: z.object({ DeliveryStreamName: name, TagKeys: z.array(z.string()).min(1).max(50) }),
  StartDeliveryStreamEncryption: z.object({
    DeliveryStreamName: name,
    DeliveryStreamEncryptionConfigurationInput: Description.shape.encryption,
  }),
  StopDeliveryStreamEncryption: z.object({ DeliveryStreamName: name }),
  PutRecord: z.object({ DeliveryStreamName: name, Record }),
  PutRecordBatch: z.object({ DeliveryStreamName: name, Records: z.array(Record).min(1).max(500) }),
} as const

export type Operation = keyof typeof requests
export type RequestOf<Name extends Operation> = z.infer<(typeof requests)[Name]>

export const isOperation = (text: string): text is Operation => Object.hasOwn(requests, text)

/** The request as it must be. @throws ServiceError that says what is wrong with it, as AWS does */
export function parseRequest<Name extends Operation>(operation: Name, body: unknown): RequestOf<Name> {
  const { data, error } = requests[operation].safeParse(body)
  if (data !== undefined) return data as RequestOf<Name>
  const { issues = [] } = error ?? {}
  const says = issues.map(
    ({ path, message }) => `Value at '${path.join('.')}' failed to satisfy constraint: ${message}`,
  )
  throw invalidRequest(`${issues.length} validation error${issues.length > 1 ? 's' : ''} detected: ${says.join('; ')}`)
}
