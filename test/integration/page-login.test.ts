import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { tick } from '#domain/events/tick.ts'
import { PageStage } from '#test/dashboards/page-stage.ts'
import { tickOf } from '#test/lambdas/api/market.ts'

const SOON = { timeout: 20_000, interval: 100 }
const CLIENT = 'page-client'

let login: Server
let loginUrl: string
let stage: PageStage
/** What the login service was asked for, and what it knows. */
let asked: URLSearchParams[] = []
let grants: string[] = []
let valid = new Set<string>()
let refreshable = true
let lifetime = 3600

/** As Cognito's hosted login: it asks nothing, and knows whoever comes. */
beforeAll(async () => {
  login = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', loginUrl)
    if (url.pathname === '/oauth2/authorize') {
      asked.push(url.searchParams)
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({
        code: `code-${asked.length}`,
        state: url.searchParams.get('state') ?? '',
      }).toString()
      response.writeHead(302, { location: back.href }).end()
      return
    }
    let body = ''
    for await (const chunk of request) body += chunk
    const form = new URLSearchParams(body)
    grants.push(form.get('grant_type') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const fits =
      form.get('client_id') === CLIENT &&
      (form.get('grant_type') === 'refresh_token'
        ? refreshable && form.get('refresh_token') === 'refresh'
        : challenge === asked.at(-1)?.get('code_challenge') && form.get('code') === `code-${asked.length}`)
    response.setHeader('access-control-allow-origin', '*')
    if (!fits) {
      response.writeHead(400).end('{"error":"invalid_grant"}')
      return
    }
    const token = `token-${grants.length}`
    valid.add(token)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ access_token: token, refresh_token: 'refresh', expires_in: lifetime }))
  })
  await new Promise<void>((resolve) => login.listen(0, '127.0.0.1', resolve))
  loginUrl = `http://127.0.0.1:${(login.address() as AddressInfo).port}`
  stage = await PageStage.open({ login: loginUrl })
  await stage.configure({ apiBase: '/api', login: { domain: loginUrl, clientId: CLIENT } })
  await stage.market.deliver(tick, 0, [tickOf('BTCUSDT', Date.UTC(2026, 0, 5, 12), '41000')])
  stage.gate = async (request) => {
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    return valid.has(token) ? undefined : new Response('{"message":"Unauthorized"}', { status: 401 })
  }
})

beforeEach(() => {
  asked = []
  grants = []
  valid = new Set()
  refreshable = true
  lifetime = 3600
})

afterAll(async () => {
  await stage.close()
  login.close()
})

test('a visitor is sent to log in, comes back to the same view, and sees prices', async () => {
  const page = await stage.visit('#symbol=BTCUSDT&interval=5m')
  await expect.poll(() => page.title(), SOON).toBe('41,000.00 BTCUSDT')
  expect(page.url()).toBe(`${stage.url}#symbol=BTCUSDT&interval=5m`)
  expect(asked).toHaveLength(1)
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: stage.url,
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
  })
  expect(grants).toEqual(['authorization_code'])
  expect(await page.getByRole('button', { name: 'Log out' }).isVisible()).toBe(true)
  expect(stage.complaints).toEqual([])
  await page.context().close()
})

test('a token that ends is renewed without leaving the page', async () => {
  lifetime = 61
  const page = await stage.visit()
  await expect.poll(() => page.title(), SOON).toBe('41,000.00 BTCUSDT')
  await expect.poll(() => grants.filter((grant) => grant === 'refresh_token').length, SOON).toBeGreaterThan(1)
  expect(asked).toHaveLength(1)
  await page.context().close()
})

test('where the API refuses the token and it cannot be renewed, the user logs in again', async () => {
  const page = await stage.visit()
  await expect.poll(() => page.title(), SOON).toBe('41,000.00 BTCUSDT')
  valid.clear()
  refreshable = false
  await expect.poll(() => asked.length, SOON).toBe(2)
  await expect.poll(() => page.locator('#freshness').getAttribute('data-state'), SOON).toBe('stale')
  await page.context().close()
})

test('a code that was not asked for here is not used', async () => {
  const page = await stage.visit('favicon.svg')
  const pending = JSON.stringify({ verifier: 'v', state: 'asked for', hash: '' })
  await page.evaluate(`sessionStorage.setItem('lodestream.pending', ${JSON.stringify(pending)})`)
  await page.goto(`${stage.url}?code=stolen&state=forged`)
  await expect.poll(() => page.title(), SOON).toBe('41,000.00 BTCUSDT')
  expect(grants).toEqual(['authorization_code'])
  expect(asked).toHaveLength(1)
  await page.context().close()
})
