import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { isUnchanged } from './conditional.ts'
import { answerFaults, Fault, type Faults } from './faults.ts'
import { landingPage } from './landing-page.ts'
import type { Answer, Asked, Venue, VenueName } from './venue.ts'

/** The largest request body taken, bytes. */
const MOST_BODY = 2 ** 20

export interface Outside {
  readonly venues: readonly Venue[]
  readonly faults: Faults
  /** Sets the clock of all venues that much ahead of where it stands, ms. */
  readonly advance: (ms: number) => void
  readonly now: () => number
}

const Advance = z.strictObject({ advance_ms: z.number().int().positive() })

/**
 * Serves venues under their prefixes, and beside them for tests: POST /faults, GET /faults, DELETE /faults, GET /sent,
 * POST /clock `{"advance_ms"}`, and GET / for people.
 */
export function serve(outside: Outside): Server {
  const { venues } = outside
  const ledger = new Map<VenueName, Set<string>>(venues.map(({ name }) => [name, new Set()]))
  const server = createServer((request, response) => {
    answer(outside, ledger, request, response).catch((error: unknown) => {
      if (error instanceof z.ZodError) return say(response, 400, { error: z.prettifyError(error) })
      if (error instanceof SyntaxError) return say(response, 400, { error: 'The body is not JSON.' })
      console.error(error)
      if (response.headersSent) return response.destroy()
      return say(response, 500, { error: 'The log of the stand-in says why.' })
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const found = venueAt(venues, new URL(request.url ?? '/', 'http://venues').pathname)
    if (found?.venue.upgrade) found.venue.upgrade(request, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  return server
}

async function answer(
  outside: Outside,
  ledger: ReadonlyMap<VenueName, Set<string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { venues, faults } = outside
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://venues')
  const method = request.method ?? 'GET'
  const body = await bodyOf(request)
  const found = venueAt(venues, pathname)
  if (found) {
    const asked = { method, path: found.path, query: searchParams, headers: request.headers, body }
    const published = await answerFor(found.venue, asked, faults, response)
    for (const id of published) ledger.get(found.venue.name)?.add(id)
    return
  }
  switch (`${method} ${pathname}`) {
    case 'GET /':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(landingPage(venues))
      return
    case 'GET /sent':
      return say(
        response,
        200,
        Object.fromEntries(venues.map((venue) => [venue.name, venue.sent?.() ?? [...(ledger.get(venue.name) ?? [])]])),
      )
    case 'GET /faults':
      return say(response, 200, faults.waiting)
    case 'POST /faults': {
      const fault = Fault.parse(JSON.parse(body.toString()))
      const venue = venues.find(({ name }) => name === fault.venue)
      if (venue?.strike?.(fault) !== true) faults.add(fault)
      return say(response, 200, faults.waiting)
    }
    case 'DELETE /faults':
      faults.clear()
      return say(response, 200, [])
    case 'POST /clock':
      outside.advance(Advance.parse(JSON.parse(body.toString())).advance_ms)
      return say(response, 200, { now: outside.now() })
    default:
      return say(response, 404, { error: `There is no ${pathname} here; / lists what there is.` })
  }
}

/** @returns what the asker has been told by it: nothing where a fault came between. */
async function answerFor(
  venue: Venue,
  asked: Asked,
  faults: Faults,
  response: ServerResponse,
): Promise<readonly string[]> {
  const fault = faults.take(venue.name, answerFaults, asked.path)
  if (fault?.fault === 'disconnect') {
    response.destroy()
    return []
  }
  if (fault?.fault === '429' || fault?.fault === '500' || fault?.fault === '503') {
    const status = Number(fault.fault)
    const { headers, body } = venue.problem(status)
    const after = status === 500 || fault.retry_after === null ? {} : { 'retry-after': String(fault.retry_after) }
    send(response, { status, headers: { ...headers, ...after }, body })
    return []
  }
  if (fault?.fault === 'slow') await delay(fault.ms)
  const whole = await venue.handle(asked)
  if (fault?.fault === 'malformed') send(response, { ...whole, body: whole.body.slice(0, whole.body.length / 2) })
  else if (fault?.fault === 'empty') send(response, { ...whole, body: '' })
  else if (isUnchanged(whole, asked.headers)) send(response, { ...whole, status: 304, body: '' })
  else {
    send(response, whole)
    return (await isGone(response)) ? (whole.publishes ?? []) : []
  }
  return []
}

/** Whether all of the answer was handed to the network, rather than the connection closed before. */
async function isGone(response: ServerResponse): Promise<boolean> {
  const closed = Promise.withResolvers<void>()
  response.once('close', closed.resolve)
  if (!response.closed) await closed.promise
  return response.writableFinished
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  if (response.destroyed) return
  response.writeHead(status, STATUS_CODES[status], headers)
  response.end(body)
}

function say(response: ServerResponse, status: number, body: unknown): void {
  send(response, { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

function venueAt(venues: readonly Venue[], pathname: string) {
  for (const venue of venues) {
    if (pathname.startsWith(`/${venue.prefix}/`)) return { venue, path: pathname.slice(venue.prefix.length + 1) }
  }
  return undefined
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BODY) throw new Error(`a request of more than ${MOST_BODY} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
