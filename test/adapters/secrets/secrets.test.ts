import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Secrets, secretsClient } from '#adapters/secrets/secrets.ts'

const MINUTE = 60_000
let server: Server
let client: ReturnType<typeof secretsClient>
let secrets: Secrets
let now: number
let calls: number
/** How GetSecretValue answers. */
let answer: { readonly status: number; readonly body: object } | 'silence'

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    calls += 1
    if (answer === 'silence') return
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = secretsClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }, 300)
})

afterAll(() => {
  client.destroy()
  server.close().closeAllConnections()
})

beforeEach(() => {
  now = 0
  calls = 0
  secrets = new Secrets(client, () => now)
  answer = holding('one')
})

const holding = (text: string) => ({ status: 200, body: { Name: 'keys', SecretString: text } })
const failing = (status: number, type: string) => ({ status, body: { __type: type, message: `${type}!` } })

describe('a secret', () => {
  it('is read once in five minutes', async () => {
    expect([await secrets.text('keys'), await secrets.text('keys')]).toEqual(['one', 'one'])
    answer = holding('two')
    now = 5 * MINUTE - 1
    expect(await secrets.text('keys')).toBe('one')
    now = 5 * MINUTE
    expect(await secrets.text('keys')).toBe('two')
    expect(calls).toBe(2)
  })

  it('is read anew after it was forgotten', async () => {
    await secrets.text('keys')
    answer = holding('two')
    secrets.forget('keys')
    expect(await secrets.text('keys')).toBe('two')
  })

  it('serves an hour where Secrets Manager is away, and no longer', async () => {
    await secrets.text('keys')
    answer = failing(500, 'InternalServiceError')
    now = 59 * MINUTE
    expect(await secrets.text('keys')).toBe('one')
    now = 60 * MINUTE
    await expect(secrets.text('keys')).rejects.toThrow('InternalServiceError')
  })

  it('is waited for no longer than it is said', async () => {
    answer = 'silence'
    const began = performance.now()
    await expect(secrets.text('keys')).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  it('that was taken away serves no longer than it is kept', async () => {
    await secrets.text('keys')
    answer = failing(400, 'AccessDeniedException')
    now = 5 * MINUTE
    await expect(secrets.text('keys')).rejects.toThrow('This identity may not read the secret keys')
  })

  it.each([
    [failing(400, 'ResourceNotFoundException'), 'There is no secret keys'],
    [{ status: 200, body: { SecretBinary: 'AAAA' } }, 'The secret keys holds bytes'],
  ])('%j is refused', async (given, message) => {
    answer = given
    await expect(secrets.text('keys')).rejects.toThrow(message)
  })
})
