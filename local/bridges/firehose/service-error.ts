import { ServiceError } from '../aws-json.ts'

export const invalidArgument = (message: string) => new ServiceError('InvalidArgumentException', message)
export const invalidRequest = (message: string) => new ServiceError('ValidationException', message)
export const slowDown = () => new ServiceError('ServiceUnavailableException', 'Slow down.', 500)
