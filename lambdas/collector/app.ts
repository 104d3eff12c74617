import { Hono } from 'hono'
import type { HonoRequest } from 'hono/request'
import type { Tokenise } from '#domain/events/tokens.ts'
import { jsonOf } from '#domain/json.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import { framed, pathOf, type RequestLog } from '#lambdas/api/frame.ts'
import { Problem } from '#lambdas/api/problems.ts'
import { collect, type EventResult } from './collect.ts'
import { MOST_BYTES, MOST_EVENTS } from './limits.ts'

export interface CollectorProps {
  /** The key may have to be fetched first. */
  readonly tokeniser: () => Promise<Tokenise>
  /** Takes records over for good; what it throws becomes the problem 503. */
  readonly handOver: (records: readonly OutgoingRecord[]) => Promise<void>
  /** Wall clock, ms. */
  readonly now: () => number
  readonly log: RequestLog
}

/** What API Gateway tells of a request. */
interface CollectorEnv {
  Variables: { correlation_id: string }
  Bindings: {
    readonly requestContext?: { readonly requestId?: string; readonly identity?: { readonly sourceIp?: string } }
  }
}

/** When a product should try again, s. */
const RETRY_AFTER_S = 5

/**
 * POST /events. Answered event by event: 202 where at least one is taken over, whatever became of the others; 422 where
 * none is. Sending a request again, after 503 or no answer, is safe: an event counts once, by its idempotency key.
 */
export function createCollector({ tokeniser, handOver, now, log }: CollectorProps): Hono<CollectorEnv> {
  const app = new Hono<CollectorEnv>({ getPath: pathOf })
  framed(app, { log, methods: ['POST'], noRoute: () => new Problem(404, 'unknown', 'Events are sent to /events.') })
  app.post('/events', async (c) => {
    const receivedAt = now()
    const inputs = await eventsIn(c.req)
    const unreachable = (cause: unknown): Problem => {
      c.header('retry-after', String(RETRY_AFTER_S))
      const problem = new Problem(
        503,
        'queue-unreachable',
        'Nothing of this request was surely taken over: send it again.',
      )
      problem.cause = cause
      return problem
    }
    const tokenise = await tokeniser().catch((cause: unknown) => {
      throw unreachable(cause)
    })
    const { results, records } = collect(inputs, {
      tokenise,
      receivedAt,
      sourceIp: c.env?.requestContext?.identity?.sourceIp,
    })
    const counts = countsOf(results)
    if (records.length === 0) {
      throw new Problem(
        422,
        'nothing-accepted',
        `None of ${inputs.length} is accepted: results says why, one by one.`,
        {
          ...counts,
          results,
        },
      )
    }
    await handOver(records).catch((cause: unknown) => {
      throw unreachable(cause)
    })
    // Codes alone: what they are about may be personal.
    const codes = new Set(results.flatMap(({ problem }) => problem?.code ?? []))
    log.info('collected', { correlation_id: c.get('correlation_id'), ...counts, codes: [...codes] })
    return c.json({ ...counts, results }, 202)
  })
  return app
}

const countsOf = (results: readonly EventResult[]) => {
  const count = (status: EventResult['status']) => results.filter((result) => result.status === status).length
  return { accepted: count('accepted'), duplicates: count('duplicate'), rejected: count('rejected') }
}

/** @throws Problem where the request as a whole is none */
async function eventsIn(request: HonoRequest): Promise<readonly unknown[]> {
  const type = request.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  const encoding = request.header('content-encoding')
  if (type !== 'application/json' || (encoding !== undefined && encoding !== 'identity'))
    throw new Problem(415, 'unsupported-media-type', 'Events are sent as application/json, uncompressed.')
  const text = await request.text()
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_BYTES)
    throw new Problem(
      413,
      'too-large',
      `The body has ${bytes} bytes, more than ${MOST_BYTES}: send fewer events at once.`,
    )
  const json = jsonOf(text)
  if (typeof json !== 'object' || json === null)
    throw new Problem(400, 'bad-body', 'The body has to be JSON: one event, or an array of events.')
  const inputs: readonly unknown[] = Array.isArray(json) ? json : [json]
  if (inputs.length === 0) throw new Problem(400, 'bad-body', 'There is no event in the array.')
  if (inputs.length > MOST_EVENTS)
    throw new Problem(
      413,
      'too-large',
      `There are ${inputs.length} events, more than ${MOST_EVENTS}: send fewer at once.`,
    )
  return inputs
}
