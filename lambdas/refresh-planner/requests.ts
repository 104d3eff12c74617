import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'

/** Step Functions gives null where an input has no such member. */
const text = z
  .string()
  .nullish()
  .transform((given) => given ?? undefined)

/** Which run asks. */
const run = {
  table: text,
  date: text,
  /** The execution's name and ARN. */
  name: z.string(),
  execution: z.string(),
}

const found = z.object({ rule: z.string(), severity: z.string(), rows: z.number() })
const texts = z
  .array(z.string())
  .nullish()
  .transform((given) => given ?? undefined)

const request = z.discriminatedUnion('do', [
  z.object({ do: z.literal('plan'), ...run }),
  z.object({ do: z.literal('plan_many'), run: z.string(), schedule: text, tables: texts, dates: texts, since: text }),
  z.object({
    do: z.literal('finish'),
    ...run,
    outcome: z.enum(['published', 'unchanged', 'failed']),
    started_at: z.string(),
    checks: z.array(found),
    source_rows: z
      .number()
      .nullish()
      .transform((given) => given ?? undefined),
    error: text,
    cause: text,
  }),
  z.object({ do: z.literal('sweep') }),
  z.object({
    do: z.literal('conclude'),
    outcomes: z.array(
      z.object({
        name: z.string(),
        what: z.string(),
        outcome: z.enum(['done', 'failed', 'skipped']),
        cause: text,
      }),
    ),
  }),
])

export type Request = z.output<typeof request>
export type Of<Do extends Request['do']> = Extract<Request, { do: Do }>

/** A request as the state machines send it. @throws Refusal that says which member is wrong */
export function readRequest(given: unknown): Request {
  const parsed = request.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Refusal(`The input cannot be read at ${issue?.path.join('.') || 'its top'}: ${issue?.message}.`)
}
