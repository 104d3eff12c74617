import { ServiceError } from '../aws-json.ts'

export const invalid = (message: string) => new ServiceError('ValidationException', message, 400)
export const missing = (what: string) => new ServiceError('ResourceNotFoundException', `${what} does not exist.`, 404)
export const conflict = (what: string) => new ServiceError('ConflictException', `${what} already exists.`, 409)
