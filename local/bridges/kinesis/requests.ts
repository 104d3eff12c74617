import { z } from 'zod'
import { ServiceError } from '../aws-json.ts'
import { limits } from './limits.ts'

const Name = z.string().regex(/^[a-zA-Z0-9_.-]{1,128}$/)
const Token = z.string().min(1)
const Hours = z.number().int().min(limits.retentionHours.least).max(limits.retentionHours.most)

/** A stream by its name or its ARN. */
const Which = z
  .object({ StreamName: Name.optional(), StreamARN: z.string().optional() })
  .transform(({ StreamName, StreamARN }, { addIssue }) => {
    const stream = StreamName ?? StreamARN?.split(':stream/')[1]
    if (stream !== undefined) return { stream }
    addIssue('a stream needs a name or an ARN')
    return z.NEVER
  })

const Entry = z.object({
  Data: z.base64().transform((text) => Buffer.from(text, 'base64')),
  PartitionKey: z.string().min(1).max(limits.keyLength),
  ExplicitHashKey: z
    .string()
    .regex(/^(0|[1-9]\d{0,38})$/)
    .optional(),
})

/** A record to append. */
export type Entry = z.infer<typeof Entry>

/** What each operation takes, as far as it is offered here. */
export const Requests = {
  CreateStream: z.object({
    StreamName: Name,
    ShardCount: z.number().int().min(1).max(200),
    StreamModeDetails: z.object({ StreamMode: z.literal('PROVISIONED') }).optional(),
    Tags: z.record(z.string(), z.string()).default({}),
  }),
  Which,
  Tagging: z.object({ Tags: z.record(z.string(), z.string()) }).and(Which),
  Untagging: z.object({ TagKeys: z.array(z.string()) }).and(Which),
  Encryption: z.object({ EncryptionType: z.literal('KMS'), KeyId: z.string() }).and(Which),
  Retention: z.object({ RetentionPeriodHours: Hours }).and(Which),
  ListStreams: z.object({ Limit: z.number().int().min(1).max(10_000).default(100), NextToken: Token.optional() }),
  ListShards: z.object({
    StreamName: Name.optional(),
    StreamARN: z.string().optional(),
    MaxResults: z.number().int().min(1).max(10_000).default(1_000),
    NextToken: Token.optional(),
  }),
  PutRecord: Entry.and(Which),
  PutRecords: z.object({ Records: z.array(Entry).min(1).max(limits.callRecords) }).and(Which),
  GetShardIterator: z
    .object({
      ShardId: z.string().regex(/^shardId-\d{12}$/),
      ShardIteratorType: z.enum([
        'AT_SEQUENCE_NUMBER',
        'AFTER_SEQUENCE_NUMBER',
        'TRIM_HORIZON',
        'LATEST',
        'AT_TIMESTAMP',
      ]),
      StartingSequenceNumber: z
        .string()
        .regex(/^(0|[1-9]\d{0,128})$/)
        .optional(),
      /** Seconds. */
      Timestamp: z.number().optional(),
    })
    .and(Which),
  GetRecords: z.object({
    ShardIterator: z.string().min(1).max(512),
    Limit: z.number().int().min(1).max(limits.answerRecords).default(limits.answerRecords),
  }),
} as const

/** Reads a request. @throws ServiceError as AWS answers one that breaks the rules of its API */
export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body)
  if (error === undefined) return data
  const [first] = error.issues
  throw new ServiceError('ValidationException', `${first?.path.join('.') || 'The request'}: ${first?.message}`)
}

/** A request that AWS's API would take for its form, and refuses for what it says. */
export const invalid = (message: string) => new ServiceError('InvalidArgumentException', message)
