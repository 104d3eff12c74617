import type { LoginConfig } from './config.ts'

/** Gives the token that the API asks for, and renews it. */
export interface Login {
  /** A token that is valid now; leaves for the login page where there is none, and then never resolves. */
  token(): Promise<string>
  /** Forgets a token that the API refused. */
  refuse(): void
  logout(): void
}

interface Tokens {
  readonly access: string
  readonly refresh: string | null
  /** ms */
  readonly expiresAt: number
}

const TOKENS = 'lodestream.tokens'
const PENDING = 'lodestream.pending'
/** A token is renewed this long before it ends, ms. */
const MARGIN_MS = 60_000

/** OAuth 2.0's authorisation code with PKCE: the page keeps no secret (RFC 7636). */
export function startLogin({ domain, clientId }: LoginConfig): Login {
  const home = new URL('.', location.href).href
  let renewal: Promise<string> | undefined

  const ask = async (grant: Record<string, string>): Promise<string | undefined> => {
    const answer = await fetch(`${domain}/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: clientId, ...grant }),
    })
    if (answer.status >= 500) throw new Error(`the login service answers ${answer.status}`)
    if (!answer.ok) return undefined
    const { access_token, refresh_token, expires_in } = await answer.json()
    const tokens: Tokens = {
      access: access_token,
      refresh: refresh_token ?? grant.refresh_token ?? null,
      expiresAt: Date.now() + expires_in * 1000,
    }
    sessionStorage.setItem(TOKENS, JSON.stringify(tokens))
    return tokens.access
  }

  const leave = async (): Promise<never> => {
    sessionStorage.removeItem(TOKENS)
    const verifier = randomText()
    const state = randomText()
    sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state, hash: location.hash }))
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: home,
      scope: 'openid email',
      state,
      code_challenge: base64url(new Uint8Array(digest)),
      code_challenge_method: 'S256',
    })
    location.assign(`${domain}/oauth2/authorize?${query}`)
    return new Promise<never>(() => undefined)
  }

  /** Trades the code of a login that has just come back; its state proves that it was asked for here. */
  const arrive = async (): Promise<string | undefined> => {
    const query = new URLSearchParams(location.search)
    const [code, state] = [query.get('code'), query.get('state')]
    const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null')
    sessionStorage.removeItem(PENDING)
    if (query.has('error')) throw new Error(`the login failed: ${query.get('error_description') ?? query.get('error')}`)
    if (code === null || pending === null || pending.state !== state) return undefined
    history.replaceState(null, '', `${home}${pending.hash}`)
    return ask({ grant_type: 'authorization_code', code, redirect_uri: home, code_verifier: pending.verifier })
  }

  const renew = async (held: Tokens | null): Promise<string> => {
    const arrived = await arrive()
    if (arrived !== undefined) return arrived
    const refreshed = held?.refresh
      ? await ask({ grant_type: 'refresh_token', refresh_token: held.refresh })
      : undefined
    return refreshed ?? leave()
  }

  return {
    async token() {
      const held: Tokens | null = JSON.parse(sessionStorage.getItem(TOKENS) ?? 'null')
      if (held !== null && held.expiresAt - MARGIN_MS > Date.now()) return held.access
      renewal ??= renew(held).finally(() => {
        renewal = undefined
      })
      return renewal
    },
    refuse() {
      const held: Tokens | null = JSON.parse(sessionStorage.getItem(TOKENS) ?? 'null')
      if (held !== null) sessionStorage.setItem(TOKENS, JSON.stringify({ ...held, expiresAt: 0 }))
    },
    logout() {
      sessionStorage.removeItem(TOKENS)
      location.assign(`${domain}/logout?${new URLSearchParams({ client_id: clientId, logout_uri: home })}`)
    },
  }
}

const randomText = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)))

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
