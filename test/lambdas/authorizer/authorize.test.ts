import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { FetchError } from 'aws-jwt-verify/error'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { describe, expect, test } from 'vitest'
import { authorize } from '#lambdas/authorizer/authorize.ts'

const POOL = 'eu-central-1_Test12345'
const ISSUER = `https://cognito-idp.eu-central-1.amazonaws.com/${POOL}`
const CLIENT = 'page-client'
const ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/GET/prices/latest'

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 })
const another = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] }

const verifierWith = (fetch: () => Promise<ArrayBuffer>) =>
  CognitoJwtVerifier.create(
    { userPoolId: POOL, clientId: CLIENT, tokenUse: 'access' },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch } }) },
  )
const bytesOf = (value: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function tokenOf(claims: Record<string, unknown> = {}, key: KeyObject = ours.privateKey, header = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const head = encoded({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })
  const body = encoded({
    sub: 'user-1',
    username: 'ada',
    iss: ISSUER,
    client_id: CLIENT,
    token_use: 'access',
    iat: now,
    exp: now + 3600,
    ...claims,
  })
  const signature = createSign('RSA-SHA256').update(`${head}.${body}`).sign(key).toString('base64url')
  return `${head}.${body}.${signature}`
}

async function answerTo(authorizationToken: string) {
  const reasons: string[] = []
  const verifier = verifierWith(async () => bytesOf(keys))
  const event = { authorizationToken, methodArn: ARN }
  try {
    return { result: await authorize(event, verifier, (reason) => reasons.push(reason)), reasons }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), reasons }
  }
}

test('the bearer of a valid token may read the whole stage and send events, and nothing else', async () => {
  const { result } = await answerTo(`Bearer ${tokenOf()}`)
  expect(result).toEqual({
    principalId: 'user-1',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: [
            'arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/GET/*',
            'arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/HEAD/*',
            'arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/POST/events',
          ],
        },
      ],
    },
    context: { username: 'ada' },
  })
})

describe('is refused with 401', () => {
  const past = Math.floor(Date.now() / 1000) - 60
  const cases: readonly (readonly [what: string, header: string, reason: RegExp])[] = [
    ['no token', '', /no bearer token/],
    ['another scheme', `Basic ${tokenOf()}`, /no bearer token/],
    ['text that is no token', 'Bearer abc', /no bearer token/],
    ['an expired token', `Bearer ${tokenOf({ exp: past })}`, /expired/],
    ['a token that is not valid yet', `Bearer ${tokenOf({ nbf: past + 3600 })}`, /before/],
    ['a token for another client', `Bearer ${tokenOf({ client_id: 'other' })}`, /[Cc]lient/],
    ['an id token', `Bearer ${tokenOf({ token_use: 'id', aud: CLIENT })}`, /use/],
    ['a token of another pool', `Bearer ${tokenOf({ iss: `${ISSUER}x` })}`, /[Ii]ssuer/],
    ["a token signed by somebody else's key", `Bearer ${tokenOf({}, another.privateKey)}`, /signature/],
    ['a token with an unknown key', `Bearer ${tokenOf({}, another.privateKey, { kid: 'k2' })}`, /k2/],
    ['a token without a signature', `Bearer ${tokenOf({}, ours.privateKey, { alg: 'none' })}`, /alg/i],
  ]
  test.each(cases)('%s', async (_, header, reason) => {
    const answer = await answerTo(header)
    expect(answer.error).toBe('Unauthorized')
    expect(answer.reasons).toEqual([expect.stringMatching(reason)])
  })
})

test('where the keys cannot be fetched, the request fails and the token is not blamed', async () => {
  const verifier = verifierWith(() => Promise.reject(new FetchError('https://keys', 'connection refused')))
  const asked = authorize({ authorizationToken: `Bearer ${tokenOf()}`, methodArn: ARN }, verifier, () => undefined)
  await expect(asked).rejects.toThrow(/connection refused/)
})
