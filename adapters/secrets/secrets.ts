import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager'
import { passingFault } from '#adapters/aws/passing-fault.ts'
import { Refusal } from '#domain/refusal.ts'

/** How long a secret is taken as it was read, ms: so soon a new one is in use. */
const KEEP_MS = 5 * 60_000
/** How long it still serves where Secrets Manager does not answer, ms. */
const KEEP_IN_NEED_MS = 3_600_000

/**
 * Secrets Manager as the environment names it; a call is tried three times.
 * @param timeoutMs of each attempt @default 5,000
 */
export const secretsClient = (more: SecretsManagerClientConfig = {}, timeoutMs = 5_000): SecretsManagerClient =>
  new SecretsManagerClient({
    maxAttempts: 3,
    // Without the last of these, a call that takes longer is only complained of.
    requestHandler: { connectionTimeout: 2_000, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    ...more,
  })

/** Secrets by name, each read once in a while. What they hold stands in no error and no log line. */
export class Secrets {
  readonly #client: SecretsManagerClient
  readonly #now: () => number
  readonly #held = new Map<string, { readonly text: string; readonly at: number }>()

  /** @param now any clock, ms @default one that only runs forward */
  constructor(client: SecretsManagerClient, now: () => number = () => performance.now()) {
    this.#client = client
    this.#now = now
  }

  /**
   * A secret's text.
   * @throws Refusal where there is no such secret, it is not text, or this identity may not read it; the service's error
   * where it does not answer and nothing is held
   */
  async text(name: string): Promise<string> {
    const held = this.#held.get(name)
    const age = held === undefined ? Number.POSITIVE_INFINITY : this.#now() - held.at
    if (held !== undefined && age < KEEP_MS) return held.text
    try {
      const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: name }))
      if (SecretString === undefined) throw new Refusal(`The secret ${name} holds bytes: it has to hold text.`)
      this.#held.set(name, { text: SecretString, at: this.#now() })
      return SecretString
    } catch (error) {
      if (held !== undefined && age < KEEP_IN_NEED_MS && passingFault(error) !== undefined) return held.text
      throw explained(name, error)
    }
  }

  /** Reads it anew the next time: whoever was shown it did not take it. */
  forget(name: string): void {
    this.#held.delete(name)
  }
}

function explained(name: string, error: unknown): unknown {
  if (error instanceof ResourceNotFoundException)
    return new Refusal(`There is no secret ${name}, or it holds no value yet: deploy the stack that makes it.`)
  if (error instanceof Error && (error.name === 'AccessDeniedException' || error.name === 'AccessDenied'))
    return new Refusal(`This identity may not read the secret ${name}: ${error.message}`)
  return error
}
