import type { OpenAPIHono } from '@hono/zod-openapi'
import { docsPage, docsStyle, parseDocument } from '../docs-page.ts'
import type { Env } from '../service.ts'

const ABOUT = `Live prices, bars, positions and pipeline figures, read from the hot store; daily bars, refresh runs and quarantine, read from the lake.

Decimals are text and exact, at most eight places. Times are ISO 8601 in UTC with milliseconds. Every answer says how fresh it is. Live ones: as_of and lag_ms, stale where figures may be wrong until a partition is rebuilt, complete where every record of the log is counted. Errors are problem+json (RFC 9457). What is asked may not be cached; the one thing that is taken is events of customers.`

/** Adds GET /openapi.json (OpenAPI 3.1) and GET /docs, the same for people, made once from all routes of the app. */
export function addDocs(app: OpenAPIHono<Env>): void {
  let document: string | undefined
  const described = (): string => {
    document ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: { title: 'Lodestream live API', version: '1.0.0', description: ABOUT },
        // Relative to where the document was read, so that it holds behind any base path.
        servers: [{ url: '.', description: 'where this document was read' }],
        tags: [
          { name: 'Prices', description: 'From the trades of venues.' },
          { name: 'Portfolio', description: 'From the fills of accounts.' },
          { name: 'Live', description: 'Any metric of the hot path.' },
          {
            name: 'Lake',
            description: 'What refreshes published, and what could not land. Answers are up to 30 s old.',
          },
          { name: 'Events', description: 'What products tell of their customers.' },
          { name: 'Operation', description: 'Of the service itself.' },
        ],
      }),
    )
    return document
  }
  app.get('/openapi.json', (c) => c.body(described(), 200, { 'content-type': 'application/json' }))
  app.get('/docs', async (c) => c.html(await docsPage(parseDocument(described()))))
  app.get('/docs.css', (c) => c.body(docsStyle, 200, { 'content-type': 'text/css; charset=utf-8' }))
}
