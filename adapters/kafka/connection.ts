import type { BaseOptions } from '@platformatic/kafka'
import { Refusal } from '#domain/refusal.ts'

/** A Kafka cluster and how to be let in. */
export interface KafkaConnection {
  /** `host:port` of one broker or several, with commas between. */
  readonly bootstrap: string
  /** Authenticate by IAM over TLS, as MSK asks; otherwise plain text. @default false */
  readonly iam?: boolean
  /** Whose MSK it is. @default AWS_REGION of the environment */
  readonly region?: string
}

/**
 * The connection that the environment names: KAFKA_BOOTSTRAP, and KAFKA_IAM ('true' or 'false', the default).
 * @throws Refusal where either is missing or malformed.
 */
export function kafkaConnectionOf(env: Readonly<Record<string, string | undefined>>): KafkaConnection {
  const { KAFKA_BOOTSTRAP: bootstrap, KAFKA_IAM: iam = 'false' } = env
  if (!bootstrap) throw new Refusal('KAFKA_BOOTSTRAP is not set: it names the brokers, as host:port.')
  if (iam !== 'true' && iam !== 'false') throw new Refusal(`KAFKA_IAM is "${iam}": set it to true or false.`)
  return { bootstrap, iam: iam === 'true' }
}

/** Waiting between tries, ms: doubles from 50 to 2,000, and scatters so that clients do not come back all at once. */
const backoff = (_client: object, _operation: string, attempt: number): number =>
  Math.min(2_000, 50 * 2 ** Math.min(attempt - 1, 6)) * (0.5 + Math.random() / 2)

/**
 * What every client of ours tells the library. @param clientId by which the broker's log names it
 * @throws Refusal where the bootstrap address is none.
 */
export function clientOptions({ bootstrap, iam = false, region }: KafkaConnection, clientId: string): BaseOptions {
  const bootstrapBrokers = bootstrap.split(',').map((broker) => broker.trim())
  for (const broker of bootstrapBrokers) {
    if (!/^[^\s:]+:\d{1,5}$/.test(broker)) {
      throw new Refusal(`"${broker}" is no Kafka broker's address: write host:port, several with commas between.`)
    }
  }
  const options = { clientId, bootstrapBrokers, connectTimeout: 5_000, retryDelay: backoff }
  if (!iam) return options
  return { ...options, tls: {}, sasl: { mechanism: 'OAUTHBEARER', token: () => iamToken(region) } }
}

/** A new token for each connection: it lives for fifteen minutes. Loaded on demand, since it brings AWS's SDK along. */
async function iamToken(region = process.env.AWS_REGION): Promise<string> {
  if (region === undefined) {
    throw new Refusal('MSK cannot be asked for admission because no region is named: set AWS_REGION.')
  }
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js')
  return (await generateAuthToken({ region })).token
}

/**
 * Runs what talks to the cluster. Where nobody answers there, or none is admitted, the library's chain of errors becomes
 * one sentence. @param deadline ms; a broker that accepts connections and then says nothing is given up after it.
 */
export async function reaching<T>({ bootstrap }: KafkaConnection, work: Promise<T>, deadline = 15_000): Promise<T> {
  const { promise: silence, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Refusal(unreachable(bootstrap, 'it does not answer'))), deadline)
  try {
    return await Promise.race([work, silence])
  } catch (error) {
    throw explained(bootstrap, error)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * What an error of the library amounts to: a refusal where the user can act on it, otherwise an error that tells what
 * the broker answered, which the library's own message leaves out.
 */
export function explained(bootstrap: string, error: unknown): unknown {
  const causes = causesOf(error)
  for (const cause of causes) {
    if (cause instanceof Refusal) return cause
    const [, topic] = /^Unknown topic (\S+)\.$/.exec(cause.message) ?? []
    if (topic !== undefined) {
      return new Refusal(`Kafka at ${bootstrap} has no topic ${topic}: lodestream up creates the topics.`)
    }
    const code = 'code' in cause ? String(cause.code) : ''
    if (code === 'PLT_KFK_AUTHENTICATION' || ('apiId' in cause && /AUTHORIZATION_FAILED$/.test(String(cause.apiId)))) {
      return new Refusal(unreachable(bootstrap, `it does not let this identity in: ${cause.message}`))
    }
    if (NETWORK.has(code)) return new Refusal(unreachable(bootstrap, code.startsWith('E') ? code : cause.message))
  }
  const answer = causes.find((cause) => 'apiId' in cause)
  if (answer === undefined || !('apiId' in answer)) return error
  return new Error(`Kafka at ${bootstrap} answered ${answer.apiId}: ${answer.message}`, { cause: error })
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'PLT_KFK_NETWORK',
])

const unreachable = (bootstrap: string, reason: string): string =>
  `Kafka at ${bootstrap} cannot be reached (${reason}): lodestream up starts it, lodestream status says where it is.`

/** Every error below this one, the deepest first: that is where the reason stands. */
function causesOf(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return []
  const inner = error instanceof AggregateError ? error.errors : []
  return [...[...inner, error.cause].flatMap(causesOf), error]
}

/** Whether a broker answered with this error of the protocol, such as OFFSET_OUT_OF_RANGE, anywhere in the chain. */
export const answered = (error: unknown, apiId: string): boolean =>
  causesOf(error).some((cause) => 'apiId' in cause && cause.apiId === apiId)
