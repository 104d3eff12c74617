import { Logger } from '@aws-lambda-powertools/logger'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { HotView, Lake } from '#domain/ports.ts'
import { answeringLake } from './answering-lake.ts'
import { answeringView } from './answering-view.ts'
import { framed, pathOf, type RequestLog } from './frame.ts'
import { nearest, Problem } from './problems.ts'
import { addDocs } from './routes/docs.ts'
import { describeEvents } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { lakeRoutes } from './routes/lake.ts'
import { liveRoutes } from './routes/live.ts'
import { ohlcRoutes } from './routes/ohlc.ts'
import { portfolioRoutes } from './routes/portfolio.ts'
import { priceRoutes } from './routes/prices.ts'
import { quarantineRoutes } from './routes/quarantine.ts'
import type { Env, Service } from './service.ts'

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

/** The API: the same app in Lambda and in a local server. Paths work with and without `/api` before them. */
export function createApp(props: AppProps) {
  const { view, lake, now, topics, stage, venues = 'real', log = new Logger({ serviceName: 'api' }) } = props
  const service: Service = { view: answeringView(view), lake: answeringLake(lake, now), now, topics, stage, venues }
  const app = new OpenAPIHono<Env>({ getPath: pathOf })

  framed(app, { log, methods: ['GET', 'HEAD'], noRoute: (path) => noRoute(path, app.routes) })

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
  describeEvents(app)
  addDocs(app)
  return app
}

function noRoute(path: string, routes: readonly { readonly method: string; readonly path: string }[]): Problem {
  const paths = new Set(routes.filter(({ method }) => method === 'GET').map((route) => route.path))
  return new Problem(404, 'unknown', `There is no route ${path.slice(0, 128)}: /docs describes those that exist.`, {
    nearby: nearest(path, [...paths]),
  })
}
