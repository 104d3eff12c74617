/** What the page must know of where it stands; `config.json` beside it. */
export interface PageConfig {
  /** Where the API is, without a slash at the end. */
  readonly apiBase: string
  /** Absent: nobody has to log in. */
  readonly login?: LoginConfig
}

export interface LoginConfig {
  /** Address of the user pool's login pages: https://… */
  readonly domain: string
  readonly clientId: string
}

/** Reads `config.json`; where there is none, the API is `/api` and nobody logs in. */
export async function loadConfig(): Promise<PageConfig> {
  const answer = await fetch('config.json', { cache: 'no-store' })
  if (answer.status === 404 || answer.status === 403) return { apiBase: '/api' }
  if (!answer.ok) throw new Error(`config.json cannot be read: the server answers ${answer.status}`)
  const { apiBase = '/api', login }: Partial<PageConfig> = await answer.json()
  return { apiBase: apiBase.replace(/\/$/, ''), ...(login ? { login } : {}) }
}
