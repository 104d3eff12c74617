import { Logger } from '@aws-lambda-powertools/logger'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent, Context } from 'aws-lambda'
import { Refusal } from '#domain/refusal.ts'
import { authorize } from './authorize.ts'

const needed = (name: 'USER_POOL_ID' | 'CLIENT_ID'): string => {
  const value = process.env[name]
  if (!value)
    throw new Refusal(`${name} is not set: whose tokens are accepted comes from the stack that made the pool.`)
  return value
}

const logger = new Logger({ serviceName: 'authorizer' })
// Access tokens, which are made for APIs; an id token tells the page who its user is, and admits nobody.
const verifier = CognitoJwtVerifier.create({
  userPoolId: needed('USER_POOL_ID'),
  clientId: needed('CLIENT_ID'),
  tokenUse: 'access',
})

/** Answers API Gateway, before it calls the API, whether the request has a token of the user pool. */
export async function handler(
  event: APIGatewayTokenAuthorizerEvent,
  context: Context,
): Promise<APIGatewayAuthorizerResult> {
  logger.addContext(context)
  return authorize(event, verifier, (reason) => logger.info('token refused', { reason }))
}
