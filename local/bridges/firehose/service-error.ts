/** An error as Firehose's API answers it; `type` is the name that clients know it by. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly type: string
  readonly status: number

  /** @param status @default 400 */
  constructor(type: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

export const invalidArgument = (message: string) => new ServiceError('InvalidArgumentException', message)
export const invalidRequest = (message: string) => new ServiceError('ValidationException', message)
export const slowDown = () => new ServiceError('ServiceUnavailableException', 'Slow down.', 500)
