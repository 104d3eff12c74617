import { ServiceError } from '../aws-json.ts'

/** What Athena answers to almost everything that is wrong with a request. */
export const invalidRequest = (message: string): ServiceError => new ServiceError('InvalidRequestException', message)

/** Why a query that was accepted ended as FAILED. The message opens with the name of the error. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure'
  /** Whether the query rather than the service is to blame. */
  readonly isUserError: boolean

  constructor(message: string, { isUserError = true } = {}) {
    super(message)
    this.isUserError = isUserError
  }
}
