import type { PageConfig } from './config.ts'
import type { Login } from './login.ts'

/** The API cannot be reached, or cannot answer: what is shown grows old until it can. */
export class ApiAway extends Error {
  override readonly name = 'ApiAway'
}

/** Longer than the API takes to give up on its store, ms. */
const PATIENCE_MS = 6_000

/** Asks for a path, for so many ms. @default 6,000 */
export type GetJson = <T>(path: string, patienceMs?: number) => Promise<T | undefined>

/**
 * Asks the API. @returns a function that answers the JSON of a path, or undefined where there is no such thing yet (404).
 * It rejects with ApiAway where no answer came in time, or a 5xx, or a 401 even with a new token.
 */
export function apiAt({ apiBase }: PageConfig, login: Login | undefined): GetJson {
  const ask = async (path: string, patienceMs: number): Promise<Response> => {
    const headers = login === undefined ? {} : { authorization: `Bearer ${await login.token()}` }
    try {
      return await fetch(apiBase + path, { headers, cache: 'no-store', signal: AbortSignal.timeout(patienceMs) })
    } catch (error) {
      throw new ApiAway('The API does not answer.', { cause: error })
    }
  }
  return async <T>(path: string, patienceMs = PATIENCE_MS) => {
    let answer = await ask(path, patienceMs)
    if (answer.status === 401 && login !== undefined) {
      login.refuse()
      answer = await ask(path, patienceMs)
    }
    if (answer.status === 404) return undefined
    if (answer.ok) return (await answer.json()) as T
    throw new ApiAway(await reasonOf(answer))
  }
}

async function reasonOf(answer: Response): Promise<string> {
  const kind = answer.headers.get('content-type') ?? ''
  if (!kind.startsWith('application/problem+json')) return `The API answers ${answer.status}.`
  const { detail, title } = await answer.json()
  return detail ?? `${title}.`
}
