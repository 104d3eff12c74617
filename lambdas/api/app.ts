import { randomUUID } from 'node:crypto'
import { Logger } from '@aws-lambda-powertools/logger'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { HotView, Lake } from '#domain/ports.ts'
import { answeringLake } from './answering-lake.ts'
import { answeringView } from './answering-view.ts'
import { answerProblem, nearest, Problem } from './problems.ts'
import { addDocs } from './routes/docs.ts'
import { healthRoutes } from './routes/health.ts'
import { lakeRoutes } from './routes/lake.ts'
import { liveRoutes } from './routes/live.ts'
import { ohlcRoutes } from './routes/ohlc.ts'
import { portfolioRoutes } from './routes/portfolio.ts'
import { priceRoutes } from './routes/prices.ts'
import { quarantineRoutes } from './routes/quarantine.ts'
import type { Env, Service } from './service.ts'

/** Where failing requests are told, one line each. */
export interface RequestLog {
  info(message: string, extra: Readonly<Record<string, unknown>>): void
  error(message: string, extra: Readonly<Record<string, unknown>>): void
}

export interface AppProps {
  /** Live values. What it throws, or does not answer within four seconds, becomes the problem 503. */
  readonly view: HotView
  /** The lake's tables. @default none: what reads them answers 503, and says why */
  readonly lake?: Lake | undefined
  /** Wall clock, ms. */
  readonly now: () => number
  /** Topics that are consumed. */
  readonly topics: readonly string[]
  readonly stage: string
  /** Who speaks for the venues. @default 'real' */
  readonly venues?: Service['venues']
  /** @default Powertools' logger, to standard output */
  readonly log?: RequestLog
}

/** The prefix under which CloudFront, and the bridge that stands for it, send everything here. */
const BASE = /^\/api(?=\/|$)/
const CORRELATION_ID = /^[\w.:-]{1,128}$/

/** The API: the same app in Lambda and in a local server. Paths work with and without `/api` before them. */
export function createApp(props: AppProps) {
  const { view, lake, now, topics, stage, venues = 'real', log = new Logger({ serviceName: 'api' }) } = props
  const service: Service = { view: answeringView(view), lake: answeringLake(lake, now), now, topics, stage, venues }
  const app = new OpenAPIHono<Env>({ getPath: pathOf })

  const answer = (c: Context<Env>, problem: Problem): Response => {
    const line = {
      correlation_id: c.get('correlation_id'),
      method: c.req.method,
      path: c.req.path,
      status: problem.status,
    }
    if (problem.status < 500) log.info(problem.message, line)
    else log.error(problem.message, { ...line, ...(problem.cause instanceof Error ? { error: problem.cause } : {}) })
    return answerProblem(c, problem, c.get('correlation_id'))
  }

  app.use(async (c, next) => {
    c.set('correlation_id', correlationIdOf(c))
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    c.header('x-correlation-id', c.get('correlation_id'))
    if (!isWellEscaped(c.req.path))
      throw new Problem(400, 'bad-parameters', 'The path has a % that begins no character.')
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    c.header('allow', 'GET, HEAD')
    throw new Problem(405, 'method-not-allowed', `${c.req.method} is not possible here: use GET or HEAD.`)
  })
  app.onError((error, c) => answer(c, error instanceof Problem ? error : internal(error)))
  app.notFound((c) => answer(c, noRoute(c.req.path, app.routes)))

  for (const routes of [
    priceRoutes,
    ohlcRoutes,
    portfolioRoutes,
    liveRoutes,
    lakeRoutes,
    quarantineRoutes,
    healthRoutes,
  ])
    app.route('/', routes(service))
  addDocs(app)
  return app
}

/** As the request spelled it, escapes of reserved characters included, without the base. */
function pathOf(request: Request): string {
  return new URL(request.url).pathname.replace(BASE, '') || '/'
}

function isWellEscaped(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch (error) {
    if (error instanceof URIError) return false
    throw error
  }
}

/** The gateway's id of the request in Lambda; elsewhere the caller's, or a new one. */
function correlationIdOf(c: Context<Env>): string {
  const given = c.env?.requestContext?.requestId ?? c.req.header('x-correlation-id') ?? ''
  return CORRELATION_ID.test(given) ? given : randomUUID()
}

function internal(cause: unknown): Problem {
  const problem = new Problem(
    500,
    'internal',
    "The API failed; its log has the reason under the request's correlation id.",
  )
  problem.cause = cause
  return problem
}

function noRoute(path: string, routes: readonly { readonly method: string; readonly path: string }[]): Problem {
  const paths = new Set(routes.filter(({ method }) => method === 'GET').map((route) => route.path))
  return new Problem(404, 'unknown', `There is no route ${path.slice(0, 128)}: /docs describes those that exist.`, {
    nearby: nearest(path, [...paths]),
  })
}
