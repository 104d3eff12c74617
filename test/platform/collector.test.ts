import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { expect, it } from 'vitest'
import { clientSettings } from '#adapters/aws/connection.ts'
import { secretsClient } from '#adapters/secrets/secrets.ts'
import { tokeniserOf } from '#adapters/tokens/tokeniser.ts'
import { eventually } from '#local/process.ts'
import { endpoints } from '#local/state.ts'
import { PUBLISHED_MS } from './feeds.ts'
import { home, recordsOf } from './platform.ts'

const run = randomUUID()
const EMAIL = `Ada.${run}@Example.com`
const IP = '203.0.113.77'
const NOW = Date.now()
const customer = { schema_version: 'v1', user_id: `u-${run}`, device: 'mobile_ios_app' }
const events = [
  {
    ...{ type: 'user_signup', idempotency_key: `${run}-1`, signed_up_at: NOW, plan: 'free', channel: 'search' },
    ...{ ...customer, email: EMAIL, ip: IP },
  },
  { ...customer, type: 'page_view', idempotency_key: `${run}-2`, viewed_at: NOW, path: `/users/${EMAIL}` },
  { ...customer, type: 'page_view', idempotency_key: `${run}-3`, viewed_at: NOW, path: '/pricing', ip: null },
]

const post = (body: unknown) =>
  fetch(`${endpoints(home()).api}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  })

/** What of these has come to the topic. */
const arrived = async (): Promise<readonly Record<string, unknown>[]> =>
  (await recordsOf('events_raw'))
    .map(({ value }) => JSON.parse(Buffer.from(value).toString()))
    .filter(({ user_id }) => user_id === customer.user_id)

/** The tokens' key, as the stack has made it. */
async function keyOfTokens(): Promise<string> {
  const client = secretsClient(clientSettings({ endpoint: endpoints(home()).aws }))
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: 'lodestream-local-token-key' }))
    return SecretString ?? ''
  } finally {
    client.destroy()
  }
}

it('events of a product reach the topic as tokens, the wrong one alone does not, and no address stays anywhere', async () => {
  const answer = await post(events)
  expect([answer.status, await answer.json()]).toEqual([
    202,
    {
      accepted: 2,
      duplicates: 0,
      rejected: 1,
      results: [
        { index: 0, id: `user_signup|${run}-1`, status: 'accepted' },
        { index: 1, status: 'rejected', problem: { code: 'path_personal', detail: expect.any(String) } },
        { index: 2, id: `page_view|${run}-3`, status: 'accepted' },
      ],
    },
  ])
  // Sent again, as a product does that has lost the answer.
  expect((await post(events)).status).toBe(202)
  expect(await eventually(async () => (await arrived()).length === 4, PUBLISHED_MS)).toBe(true)
  const tokenise = tokeniserOf(await keyOfTokens())
  const [signup] = (await arrived()).filter(({ type }) => type === 'user_signup')
  expect(signup).toMatchObject({ email_token: tokenise('email', EMAIL), ip_token: tokenise('ip', IP) })
  const keys = new Set((await arrived()).map((event) => event.idempotency_key))
  expect([...keys].sort()).toEqual([`${run}-1`, `${run}-3`])
  const addresses = new RegExp(`${run}@example|${IP.replaceAll('.', '\\.')}`, 'i')
  for (const { value } of await recordsOf('events_raw')) expect(Buffer.from(value).toString()).not.toMatch(addresses)
  const logs = join(home(), 'logs')
  for (const name of readdirSync(logs)) expect(readFileSync(join(logs, name), 'utf8'), name).not.toMatch(addresses)
})
