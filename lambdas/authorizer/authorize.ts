import {
  FetchError,
  JwksNotAvailableInCacheError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error'
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda'

/** Checks a token's signature, issuer, time, use and client; rejects with the library's error where one is wrong. */
export interface TokenVerifier {
  verify(token: string): Promise<{ readonly sub: string; readonly username: string }>
}

/** What API Gateway turns into 401; any other failure becomes 500, which is right where the keys cannot be fetched. */
const UNAUTHORIZED = 'Unauthorized'

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/

/** What is wrong with the pool or the way to it, and no fault of the token's. */
const OURS = [
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwksNotAvailableInCacheError,
  WaitPeriodNotYetEndedJwkError,
] as const

/**
 * Admits the bearer of a valid token to every GET and HEAD of the API's stage, and to sending events. The whole stage,
 * because API Gateway keeps the answer for the token, whatever was asked for first.
 * @param refused told why a token is not accepted; the caller learns only that it is not.
 * @throws Error 'Unauthorized' where there is no valid token; the verifier's own error where the keys are out of reach.
 */
export async function authorize(
  { authorizationToken, methodArn }: Pick<APIGatewayTokenAuthorizerEvent, 'authorizationToken' | 'methodArn'>,
  verifier: TokenVerifier,
  refused: (reason: string) => void,
): Promise<APIGatewayAuthorizerResult> {
  const token = BEARER.exec(authorizationToken ?? '')?.[1]
  if (token === undefined) {
    refused('there is no bearer token')
    throw new Error(UNAUTHORIZED)
  }
  try {
    const { sub, username } = await verifier.verify(token)
    return {
      principalId: sub,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: routesOf(methodArn) }],
      },
      context: { username },
    }
  } catch (error) {
    if (!(error instanceof JwtBaseError) || OURS.some((kind) => error instanceof kind)) throw error
    refused(error.message)
    throw new Error(UNAUTHORIZED)
  }
}

/** `arn:aws:execute-api:region:account:api/stage/GET/prices/latest` → all reads of that stage, and POST /events. */
function routesOf(methodArn: string): string[] {
  const [api = '', stage = ''] = methodArn.split('/')
  return ['GET/*', 'HEAD/*', 'POST/events'].map((route) => `${api}/${stage}/${route}`)
}
