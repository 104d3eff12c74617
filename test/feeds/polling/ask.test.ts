import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from '#feeds/polling/ask.ts'
import { payloadText } from '#feeds/polling/payload-text.ts'
import { retryAfter } from '#feeds/polling/retry-after.ts'

const at = Date.UTC(2026, 10, 20, 12)
const bounds = { timeoutMs: 2_000, mostBytes: 100_000, now: () => at }
const servers: Server[] = []

/** A venue that answers so. @returns its address */
async function venue(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

describe('a request', () => {
  it('names the version that is known, and learns the new one', async () => {
    let heard: IncomingHttpHeaders = {}
    const url = await venue((request, response) => {
      heard = request.headers
      response.setHeader('etag', 'W/"2"').setHeader('last-modified', 'Fri, 20 Nov 2026 11:00:00 GMT').end('{"a":1}')
    })
    const known = { etag: 'W/"1"', last_modified: 'Fri, 20 Nov 2026 10:00:00 GMT' }
    expect(await ask({ url, known, secretHeaders: { 'x-api-key': 'k' } }, bounds)).toEqual({
      kind: 'payload',
      text: '{"a":1}',
      version: { etag: 'W/"2"', last_modified: 'Fri, 20 Nov 2026 11:00:00 GMT' },
      receivedAt: at,
    })
    expect(heard).toMatchObject({
      'if-none-match': 'W/"1"',
      'if-modified-since': 'Fri, 20 Nov 2026 10:00:00 GMT',
      'x-api-key': 'k',
    })
  })

  it('follows redirects, and takes no secret to another host', async () => {
    let heard: IncomingHttpHeaders = {}
    const other = await venue((request, response) => {
      heard = request.headers
      response.end('there')
    })
    const url = await venue((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/moved' }).end()
      else response.writeHead(301, { location: `${other}/feed` }).end()
    })
    expect(await ask({ url, secretHeaders: { 'x-api-key': 'k' } }, bounds)).toMatchObject({ text: 'there' })
    expect(heard).not.toHaveProperty('x-api-key')
  })

  it.each(['/', 'file:///etc/hostname', 'http://'])('gives up where redirects lead nowhere: %s', async (location) => {
    const url = await venue((_, response) => void response.writeHead(302, { location }).end())
    expect(await ask({ url }, bounds)).toMatchObject({ kind: 'failed', passing: false })
  })

  it.each([
    [200, {}, { kind: 'payload' }],
    [304, {}, { kind: 'unchanged' }],
    [429, { 'retry-after': '7' }, { kind: 'not_yet', status: 429, waitMs: 7_000 }],
    [429, {}, { kind: 'not_yet', status: 429, waitMs: undefined }],
    [503, { 'retry-after': 'Fri, 20 Nov 2026 12:01:00 GMT' }, { kind: 'not_yet', status: 503, waitMs: 60_000 }],
    [503, {}, { kind: 'failed', passing: true }],
    [500, {}, { kind: 'failed', passing: true }],
    [401, {}, { kind: 'failed', status: 401, passing: false }],
    [404, {}, { kind: 'failed', passing: false }],
  ])('that is answered %i %j', async (status, headers, reply) => {
    const url = await venue((_, response) => void response.writeHead(status, headers).end())
    expect(await ask({ url }, bounds)).toMatchObject(reply)
  })

  it('reads no more than its bound, of what is packed small too', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const url = await venue((_, response) => void response.setHeader('content-encoding', 'gzip').end(bomb))
    const reply = await ask({ url }, bounds)
    expect(reply).toMatchObject({ kind: 'too_large' })
    // One chunk beyond it at most.
    expect(reply.kind === 'too_large' && reply.text.length).toBeLessThan(1_000_000)
  })

  it('ends in time, whether the answer or its body is slow', async () => {
    const quick = { ...bounds, timeoutMs: 150 }
    const silent = await venue(() => undefined)
    const slow = await venue((_, response) => void response.write('{'))
    for (const url of [silent, slow])
      expect(await ask({ url }, quick)).toEqual({ kind: 'failed', reason: 'no answer within 150 ms', passing: true })
  })

  it('fails in passing where the connection is cut, or there is none', async () => {
    const cut = await venue((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{', () => response.destroy())
    })
    expect(await ask({ url: cut }, bounds)).toMatchObject({ kind: 'failed', passing: true })
    const left = await venue(() => undefined)
    servers.pop()?.close()
    const gone = await ask({ url: left }, bounds)
    expect(gone).toMatchObject({ kind: 'failed', passing: true })
    expect(gone.kind === 'failed' && gone.reason).toContain('ECONNREFUSED')
  })
})

describe('Retry-After', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', 0],
    ['0', 0],
    ['120', 120_000],
    ['99999999', 86_400_000],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['Fri, 20 Nov 2099 11:00:00 GMT', 86_400_000],
  ])('%j is %j ms', (header, wait) => {
    expect(retryAfter(header, at)).toBe(wait)
  })
})

describe('the text of a payload', () => {
  it.each([
    [Buffer.from('é'), null],
    [Buffer.from('é', 'latin1'), 'text/xml; charset=ISO-8859-1'],
    [Buffer.from('é', 'latin1'), 'text/xml; charset="iso-8859-1"'],
    [Buffer.from('\uFEFFé', 'utf16le'), 'text/xml'],
    [Buffer.from('\uFEFFé'), 'text/xml; charset=iso-8859-1'],
    [Buffer.from('é'), 'text/xml; charset=klingon'],
  ])('%j as %j', (bytes, type) => {
    expect(payloadText(bytes, type)).toBe('é')
  })

  it('is by its own XML declaration where nobody else says', () => {
    const text = '<?xml version="1.0" encoding="windows-1252"?><a>é</a>'
    expect(payloadText(Buffer.from(text, 'latin1'), 'text/xml')).toBe(text)
  })
})
