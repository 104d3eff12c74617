/** An error as Scheduler's API answers it; `type` is the name that clients know it by. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, status: number) {
    super(message)
    this.type = type
    this.status = status
  }
}

export const invalid = (message: string) => new ServiceError('ValidationException', message, 400)
export const missing = (what: string) => new ServiceError('ResourceNotFoundException', `${what} does not exist.`, 404)
export const conflict = (what: string) => new ServiceError('ConflictException', `${what} already exists.`, 409)
