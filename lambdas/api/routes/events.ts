import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { type Field, mostOf } from '#domain/events/fields.ts'
import { MOST_EVENTS } from '#lambdas/collector/limits.ts'
import { type Offer, offers } from '#lambdas/collector/offer.ts'
import { ProblemJson } from '../problem-json.ts'
import type { Env } from '../service.ts'
import { DecimalText } from '../wire.ts'

const ABOUT = `One event of a customer, or up to ${MOST_EVENTS} in an array of at most 1 MiB. Each is judged by itself: 202 where at least one is taken over, 422 where none is, and \`results\` says in either case what became of each. Taken over means kept: it reaches the topics within seconds, at least once, and counts once by its \`idempotency_key\`. So after 503, or no answer, the same request is sent again.

\`email\` and \`ip\` never leave the function: tokens are made of them, and only these travel. An event without \`ip\` has the address that the request came from; one with null has none, which is right where a server tells of somebody else. Text that holds an email address is rejected. Unknown fields are left out, and named in \`ignored\`. A time more than five minutes ahead of ours is rejected; a past one is taken, and is late after five minutes.

For servers: there is no CORS, because whoever opens a page could read its token.`

/** A field as a product writes it. */
function wireOf(field: Field): z.ZodType {
  const { doc, unit } = field
  const description = unit === undefined ? doc : `${doc} In ${unit}.`
  switch (field.kind) {
    case 'text':
    case 'token':
      return z.string().min(1).max(mostOf(field)).openapi({ description })
    case 'decimal':
      return DecimalText.openapi({ description })
    case 'integer':
    case 'instant':
      return z.int().openapi({ description })
    case 'flag':
      return z.boolean().openapi({ description })
    case 'choice':
      return z.enum(field.choices ?? []).openapi({ description })
    default:
      return field.kind satisfies never
  }
}

const RAW = {
  email: z
    .string()
    .openapi({ description: 'Address of the user, of which only a token stays.', example: 'ada@example.com' }),
  ip: z
    .string()
    .nullable()
    .openapi({ description: 'Address that it came from, of which only a token stays.', example: '203.0.113.7' }),
} as const

function eventJson({ definition, fields, personal }: Offer): z.ZodType {
  const own = fields.flatMap((name): readonly [string, z.ZodType][] => {
    const field = definition.fields[name]
    if (field === undefined) return []
    const wire = wireOf(field)
    return [[name, field.optional ? wire.optional() : wire]]
  })
  const raw = personal.map(({ raw: name, isRequired }) => [name, isRequired ? RAW[name] : RAW[name].optional()])
  return z
    .object({ type: z.literal(definition.name), ...Object.fromEntries([...own, ...raw]) })
    .openapi(definition.name, { description: definition.doc })
}

const ResultJson = z
  .strictObject({
    index: z.int().openapi({ description: "The event's place in the request, from 0." }),
    id: z.string().optional().openapi({ description: 'Names the event for ever.', example: 'purchase|0198f0c2' }),
    status: z.enum(['accepted', 'duplicate', 'rejected']).openapi({
      description: 'duplicate: the same request has it already, and the first one counts.',
    }),
    problem: z
      .strictObject({ code: z.string(), detail: z.string() })
      .optional()
      .openapi({ description: 'Why it is rejected: the code for programs, the detail for people.' }),
    ignored: z.array(z.string()).optional().openapi({ description: 'Fields that the contract does not have.' }),
  })
  .openapi('EventResult')

const counted = {
  accepted: z.int().openapi({ description: 'How many are taken over.' }),
  duplicates: z.int(),
  rejected: z.int(),
  results: z.array(ResultJson),
}

const problem = (description: string, schema: z.ZodType = ProblemJson) => ({
  content: { 'application/problem+json': { schema } },
  description,
})

const [first, second, ...others] = [...offers.values()].map(eventJson)
if (first === undefined || second === undefined) throw new TypeError('products have at least two events to send')
const One = z.union([first, second, ...others])

const route = createRoute({
  method: 'post',
  path: '/events',
  operationId: 'sendEvents',
  tags: ['Events'],
  summary: 'Takes events of customers from products',
  description: ABOUT,
  request: {
    body: { required: true, content: { 'application/json': { schema: z.union([One, z.array(One)]) } } },
  },
  responses: {
    202: {
      content: { 'application/json': { schema: z.strictObject(counted).openapi('Collected') } },
      description: 'At least one is taken over.',
    },
    400: problem('The body is no event, and no array of events.'),
    413: problem('There are more events, or more bytes, than are taken at once.'),
    415: problem('The body is not application/json.'),
    422: problem('None is accepted; results says why.', ProblemJson.extend(counted).openapi('NothingAccepted')),
    503: problem('They cannot be taken over at present: send them again after Retry-After.'),
  },
})

/** Describes POST /events in the document. A function of its own answers it, so that no reader slows a product down. */
export function describeEvents(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerPath(route)
}
