import { afterEach, expect, test, vi } from 'vitest'
import { clientOptions, explained, kafkaConnectionOf, reaching } from '#adapters/kafka/connection.ts'
import { Refusal } from '#domain/refusal.ts'

afterEach(() => vi.unstubAllEnvs())

test('the environment names the brokers and whether IAM guards them', () => {
  expect(kafkaConnectionOf({ KAFKA_BOOTSTRAP: 'a:1,b:2', KAFKA_IAM: 'true' })).toEqual({
    bootstrap: 'a:1,b:2',
    iam: true,
  })
  expect(kafkaConnectionOf({ KAFKA_BOOTSTRAP: 'a:1' })).toEqual({ bootstrap: 'a:1', iam: false })
  expect(() => kafkaConnectionOf({})).toThrow('KAFKA_BOOTSTRAP')
  expect(() => kafkaConnectionOf({ KAFKA_BOOTSTRAP: 'a:1', KAFKA_IAM: 'yes' })).toThrow('KAFKA_IAM')
})

test('every address needs a port', () => {
  expect(clientOptions({ bootstrap: 'a:1, b:2' }, 'x').bootstrapBrokers).toEqual(['a:1', 'b:2'])
  for (const bootstrap of ['', 'a', 'a:', 'a:1,,b:2', 'http://a:1']) {
    expect(() => clientOptions({ bootstrap }, 'x')).toThrow(Refusal)
  }
})

test('plain text neither encrypts nor authenticates', () => {
  expect(clientOptions({ bootstrap: 'a:1' }, 'x')).not.toHaveProperty('sasl')
  expect(clientOptions({ bootstrap: 'a:1' }, 'x')).not.toHaveProperty('tls')
})

test('IAM is a bearer token over TLS: a signed request to connect, good for fifteen minutes', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  const { tls, sasl } = clientOptions({ bootstrap: 'a:1', iam: true, region: 'eu-west-1' }, 'x')
  expect(tls).toEqual({})
  expect(sasl?.mechanism).toBe('OAUTHBEARER')
  const token = typeof sasl?.token === 'function' ? await sasl.token() : ''
  const url = new URL(Buffer.from(String(token), 'base64url').toString())
  expect(url.host).toBe('kafka.eu-west-1.amazonaws.com')
  expect(url.searchParams.get('Action')).toBe('kafka-cluster:Connect')
  expect(url.searchParams.get('X-Amz-Expires')).toBe('900')
  expect(url.searchParams.get('X-Amz-Credential')).toContain('AKIDEXAMPLE/')
})

test('IAM without a region is refused', async () => {
  vi.stubEnv('AWS_REGION', undefined)
  const { sasl } = clientOptions({ bootstrap: 'a:1', iam: true }, 'x')
  await expect(typeof sasl?.token === 'function' ? sasl.token() : undefined).rejects.toThrow('AWS_REGION')
})

test('the deepest cause gives the reason, and what nobody can act on stays what it is', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  const chain = new AggregateError([new Error('outer', { cause: refused })], 'Producing failed.')
  expect(explained('a:1', chain)).toEqual(new Refusal(String((explained('a:1', chain) as Error).message)))
  expect(String(explained('a:1', chain))).toContain('a:1 cannot be reached (ECONNREFUSED)')
  const defect = new TypeError('ours')
  expect(explained('a:1', defect)).toBe(defect)
})

test('a broker that says nothing is given up after the deadline', async () => {
  const silence = new Promise<never>(() => undefined)
  await expect(reaching({ bootstrap: 'a:1' }, silence, 10)).rejects.toThrow(
    'a:1 cannot be reached (it does not answer)',
  )
})
