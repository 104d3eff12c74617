import { createRoute, OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi'
import type { HotView } from '#domain/ports.ts'
import type { AskLake } from './answering-lake.ts'
import { badParameters } from './parameters.ts'
import { ProblemJson } from './problem-json.ts'

/** What every route works with. */
export interface Service {
  /** Answers, or throws the problem 503. */
  readonly view: HotView
  /** The lake's tables: it answers, or throws the problem 503, or 404 where a table is not there. */
  readonly lake: AskLake
  /** Wall clock, ms. */
  readonly now: () => number
  /** Topics that are consumed, in the order in which they are shown. */
  readonly topics: readonly string[]
  /** local, dev, staging or prod. */
  readonly stage: string
  /** Who speaks for Binance and the other venues: themselves, or a server that stands in for them. */
  readonly venues: 'real' | 'stand-in'
}

/** What the app keeps for a request. */
export interface Env {
  Variables: { correlation_id: string }
  /** What the Lambda adapter hands over; nothing elsewhere. */
  Bindings: { readonly requestContext?: { readonly requestId?: string } }
}

/** An empty set of routes, whose parsers' findings become problems. */
export const newRoutes = (): OpenAPIHono<Env> =>
  new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return
      throw badParameters(result.target === 'param' ? 'path' : 'query', result.error.issues)
    },
  })

const problemAnswer = (description: string) => ({
  content: { 'application/problem+json': { schema: ProblemJson } },
  description,
})

/** What a GET route says of itself; the errors that all routes share are added. */
interface Get<P extends string, R extends RouteConfig['request'], S extends z.ZodType> {
  readonly path: P
  /** What generated clients call it. */
  readonly operationId: string
  readonly tag: string
  readonly summary: string
  readonly description: string
  readonly request: R
  readonly answer: S
}

/** Describes a GET route that answers JSON. */
export const getRoute = <
  const P extends string,
  const R extends NonNullable<RouteConfig['request']>,
  S extends z.ZodType,
>({
  path,
  operationId,
  tag,
  summary,
  description,
  request,
  answer,
}: Get<P, R, S>) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    tags: [tag],
    summary,
    description,
    request,
    responses: {
      200: { content: { 'application/json': { schema: answer } }, description: summary },
      400: problemAnswer('A parameter cannot be used; each one is named.'),
      404: problemAnswer('There is no such thing; what exists nearby is named.'),
      503: problemAnswer('The live store, or the lake where the route reads it, does not answer.'),
    },
  })
