import { z } from 'zod'
import { isTimeZone } from '../wall-clock.ts'
import { type Expression, parseExpression } from './expression.ts'
import { invalid } from './service-error.ts'

export const Name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[0-9a-zA-Z-_.]+$/)

/** What CreateSchedule and UpdateSchedule take; dates in seconds since 1970. */
export const ScheduleRequest = z.object({
  GroupName: Name.default('default'),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  Description: z.string().max(512).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  KmsKeyArn: z.string().optional(),
  ClientToken: z.string().optional(),
  FlexibleTimeWindow: z.object({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: z.number().int().min(1).max(1440).optional(),
  }),
  Target: z.object({
    Arn: z.string().min(1).max(1600),
    RoleArn: z
      .string()
      .max(1600)
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
    Input: z.string().min(1).optional(),
    DeadLetterConfig: z
      .object({
        Arn: z
          .string()
          .regex(/^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/)
          .optional(),
      })
      .optional(),
    RetryPolicy: z
      .object({
        MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).default(86_400),
        MaximumRetryAttempts: z.number().int().min(0).max(185).default(185),
      })
      .default({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }),
    SqsParameters: z.object({ MessageGroupId: z.string().min(1).max(128).optional() }).optional(),
  }),
})
export type ScheduleRequest = z.infer<typeof ScheduleRequest>

/** A schedule as it stands. Times in ms. */
export interface Schedule extends Omit<ScheduleRequest, 'ClientToken'> {
  readonly name: string
  readonly expression: Expression
  readonly created: number
  readonly modified: number
}

/** What a target's ARN leads to. */
export type TargetService = 'states' | 'lambda' | 'sqs'

/** @throws ServiceError for a target that is not called here */
export function serviceOf(arn: string): TargetService {
  const [, service] = /^arn:aws[a-z-]*:(\w+):[a-z0-9-]+:\d{12}:(?:stateMachine:|function:)?[\w.:-]+$/.exec(arn) ?? []
  if (service === 'states' || service === 'lambda' || service === 'sqs') return service
  throw invalid(`Provided Arn is not in correct format, or its target is not called here: ${arn}.`)
}

/** How far back a start date may lie, ms. */
const LATEST_START_MS = 5 * 60_000

/** The schedule of a request, if Scheduler takes it. @param now ms @throws ServiceError where it does not */
export function admitSchedule(name: string, body: unknown, now: number): Schedule {
  const { ClientToken: _, ...request } = parse(ScheduleRequest, body)
  const { ScheduleExpressionTimezone: zone, StartDate, EndDate, FlexibleTimeWindow, Target } = request
  const expression = parseExpression(request.ScheduleExpression)
  if (!isTimeZone(zone)) throw invalid(`Invalid time zone ${zone}.`)
  const window = FlexibleTimeWindow.MaximumWindowInMinutes
  if ((FlexibleTimeWindow.Mode === 'FLEXIBLE') !== (window !== undefined)) {
    throw invalid('FlexibleTimeWindow has MaximumWindowInMinutes where its mode is FLEXIBLE, and only there.')
  }
  // Documented: a one-time schedule ignores both dates.
  if (expression.kind !== 'at') {
    if (StartDate !== undefined && StartDate * 1000 < now - LATEST_START_MS) {
      throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.')
    }
    if (EndDate !== undefined && EndDate * 1000 <= now) throw invalid('The EndDate you specify must be in the future.')
    if (StartDate !== undefined && EndDate !== undefined && EndDate <= StartDate) {
      throw invalid('The EndDate must come after the StartDate.')
    }
  }
  const service = serviceOf(Target.Arn)
  if (service !== 'sqs' && Target.Input !== undefined && !isJson(Target.Input)) {
    throw invalid(`Target.Input must be JSON for a target of ${service}.`)
  }
  if (Target.SqsParameters && service !== 'sqs') throw invalid('SqsParameters go with a queue as the target.')
  if (Target.Arn.endsWith('.fifo') && !Target.SqsParameters?.MessageGroupId) {
    throw invalid('A FIFO queue as the target needs SqsParameters.MessageGroupId.')
  }
  return { ...request, name: parse(Name, name), expression, created: now, modified: now }
}

/** A value as it must be. @throws ServiceError that says what is wrong with it */
export function parse<Type>(schema: z.ZodType<Type>, value: unknown): Type {
  const { data, error } = schema.safeParse(value)
  if (data !== undefined) return data
  const { issues = [] } = error ?? {}
  const says = issues.map(
    ({ path, message }) => `Value at '${path.join('.')}' failed to satisfy constraint: ${message}`,
  )
  throw invalid(`${issues.length} validation error${issues.length > 1 ? 's' : ''} detected: ${says.join('; ')}`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
