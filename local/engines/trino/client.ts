import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

const ErrorInfo = z.object({ errorName: z.string(), errorType: z.string(), message: z.string().default('') })

const Page = z.object({
  id: z.string().optional(),
  nextUri: z.string().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
  data: z.array(z.array(z.unknown())).optional(),
  updateType: z.string().optional(),
  updateCount: z.union([z.number(), z.string()]).transform(Number).optional(),
  error: ErrorInfo.optional(),
  stats: z.object({
    state: z.string(),
    physicalInputBytes: z.union([z.number(), z.string()]).transform(Number).default(0),
  }),
})

/** One answer of Trino's: a piece of a query's result, and where the next is. */
export type TrinoPage = z.infer<typeof Page>

/** A statement and what it runs in. */
export interface TrinoStatement {
  readonly sql: string
  /** @default none: names must be whole */
  readonly catalog?: string
  readonly schema?: string
  /** Session properties as `name=value`. @default none */
  readonly session?: readonly string[]
  /** Which query of ours it belongs to, for Trino's own records. */
  readonly source: string
}

/** Trino said no, or went away. `started` tells whether anything of the statement may have run. */
export class TrinoError extends Error {
  override readonly name = 'TrinoError'
  /** Trino's name of the error, as SYNTAX_ERROR. */
  readonly code: string
  /** Whether the statement is to blame rather than the engine. */
  readonly isUserError: boolean
  readonly started: boolean

  constructor(code: string, message: string, { isUserError = false, started = true } = {}) {
    super(`${code}: ${message}`)
    this.code = code
    this.isUserError = isUserError
    this.started = started
  }
}

/** Errors of a server that is just starting: it refused the query before anything of it ran. */
const startingCodes = new Set(['SERVER_STARTING_UP', 'NO_NODES_AVAILABLE'])

/** Submits a statement. Throws a TrinoError that has not `started` where no server answers or it is not ready yet. */
export async function submit(address: string, statement: TrinoStatement): Promise<TrinoPage> {
  const { sql, catalog, schema, session = [], source } = statement
  const headers = {
    'X-Trino-User': 'athena',
    'X-Trino-Source': source,
    'X-Trino-Time-Zone': 'UTC',
    // Without it, times would come with three digits only.
    'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
    ...(catalog ? { 'X-Trino-Catalog': catalog } : {}),
    ...(schema ? { 'X-Trino-Schema': schema } : {}),
    ...(session.length > 0 ? { 'X-Trino-Session': session.join(',') } : {}),
  }
  return fetchPage(`${address}/v1/statement`, { method: 'POST', body: sql, headers })
}

/** The next page of a query. A server that lost the query, or is gone, is a TrinoError that has `started`. */
export function nextPage(uri: string): Promise<TrinoPage> {
  return fetchPage(uri, { method: 'GET' })
}

/** Cancels a query by the address of its next page. Resolves when the server took note; harmless where it is gone. */
export async function cancel(uri: string): Promise<void> {
  try {
    const answer = await fetch(uri, { method: 'DELETE', signal: AbortSignal.timeout(5_000) })
    await answer.arrayBuffer()
  } catch (error) {
    if (!isConnectionError(error)) throw error
  }
}

/** Whether the server at `http://host:port` runs a query to its end. */
export async function answersQueries(address: string): Promise<boolean> {
  let page = await submit(address, { sql: 'SELECT 1', source: 'ready' })
  while (page.nextUri !== undefined && page.error === undefined) page = await nextPage(page.nextUri)
  return page.error === undefined
}

/** The error that a page reports, as it is thrown. */
export function errorOf({ errorName, errorType, message }: NonNullable<TrinoPage['error']>): TrinoError {
  const isUserError = errorType === 'USER_ERROR'
  return new TrinoError(errorName, message, { isUserError, started: !startingCodes.has(errorName) })
}

// Trino answers a poll within a second, or within its own time-out of the query's next result.
const answerDeadline = 60_000
const attempts = 4

async function fetchPage(
  uri: string,
  { method, ...rest }: RequestInit & { method: 'GET' | 'POST' },
): Promise<TrinoPage> {
  for (let attempt = 1; ; attempt++) {
    let answer: Response
    try {
      answer = await fetch(uri, { method, ...rest, signal: AbortSignal.timeout(answerDeadline) })
    } catch (error) {
      // Of a statement that was sent nobody knows whether it arrived, unless the connection itself was refused.
      if (method === 'POST' || attempt === attempts || isRefused(error)) throw awayError(error, method)
      await pause(100 * attempt)
      continue
    }
    const text = await answer.text()
    if (answer.ok) return Page.parse(JSON.parse(text, exactNumbers))
    const isBusy = [429, 502, 503, 504].includes(answer.status)
    if (isBusy && attempt < attempts && method === 'GET') {
      await pause(100 * attempt)
      continue
    }
    const says = `the engine answers ${answer.status} ${text.slice(0, 200)}`
    throw new TrinoError('GENERIC_INTERNAL_ERROR', says, { started: !(isBusy && method === 'POST') })
  }
}

function awayError(error: unknown, method: 'GET' | 'POST'): TrinoError {
  const reason = error instanceof Error ? (codeOf(error) ?? error.message) : String(error)
  const started = !(method === 'POST' && isRefused(error))
  return new TrinoError('GENERIC_INTERNAL_ERROR', `the engine does not answer: ${reason}`, { started })
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === 'ECONNREFUSED'
}

function isConnectionError(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')
}

function codeOf({ cause }: Error): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
}

/** Numbers stay the text that Trino wrote: a bigint would lose its last digits, a double its form. */
function exactNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? context.source : value
}
