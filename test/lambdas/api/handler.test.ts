import type { Context } from 'aws-lambda'
import type { LambdaEvent } from 'hono/aws-lambda'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '#local/ports.ts'

let handler: (event: LambdaEvent, context: Context) => Promise<{ statusCode: number; body: string; headers?: object }>

const context = {
  functionName: 'lodestream-local-api',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:lodestream-local-api',
  memoryLimitInMB: '1024',
  awsRequestId: 'lambda-1',
} as Context

/** What API Gateway's REST proxy sends. */
const eventOf = (path: string, change: Partial<Record<string, unknown>> = {}): LambdaEvent =>
  JSON.parse(
    JSON.stringify({
      version: '1.0',
      resource: '/{proxy+}',
      path,
      httpMethod: 'GET',
      headers: { accept: '*/*', host: 'abc.execute-api.us-east-1.amazonaws.com' },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: path.slice(1) },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      requestContext: {
        requestId: 'gateway-7',
        domainName: 'abc.execute-api.us-east-1.amazonaws.com',
        path: `/api${path}`,
      },
      ...change,
    }),
  )

beforeAll(async () => {
  vi.stubEnv('REDIS_HOST', '127.0.0.1')
  vi.stubEnv('REDIS_PORT', String(await freePort()))
  vi.stubEnv('REDIS_TLS', 'false')
  vi.stubEnv('TOPICS', '{"market_data_raw":4,"trades_raw":4}')
  ;({ handler } = await import('#lambdas/api/handler.ts'))
})

describe('in Lambda', () => {
  test('the document needs no store, even where a body came with the request', async () => {
    const { statusCode, body } = await handler(eventOf('/openapi.json', { body: '{"x":1}' }), context)
    expect([statusCode, JSON.parse(body).openapi]).toEqual([200, '3.1.0'])
  })

  test('a query is read as the gateway hands it over', async () => {
    const query = { multiValueQueryStringParameters: { limit: ['0'] }, queryStringParameters: { limit: '0' } }
    const { statusCode, body } = await handler(eventOf('/ohlc/BTCUSDT', query), context)
    expect([statusCode, JSON.parse(body).parameters[0].name]).toEqual([400, 'limit'])
  })

  test('where Redis is away it answers 503 in time, under the id of the gateway', async () => {
    const begun = performance.now()
    const { statusCode, body, headers } = await handler(eventOf('/health'), context)
    expect(statusCode).toBe(503)
    expect(JSON.parse(body)).toMatchObject({ correlation_id: 'gateway-7', dependencies: { redis: { state: 'down' } } })
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    expect(performance.now() - begun).toBeLessThan(9_000)
  })
})
