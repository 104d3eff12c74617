import type { WebSocket } from 'ws'
import { z } from 'zod'
import { jsonOf } from '#domain/json.ts'
import type { VenueTrade } from './market.ts'

/** The venue's limits upon a connection. */
export interface ConnectionLimits {
  /** A ping comes that often, ms. */
  readonly ping_ms: number
  /** A pong has that long, ms. */
  readonly pong_ms: number
  /** How long a connection is valid, ms. */
  readonly connection_ms: number
}

/** Pings, pongs and messages that a second may bring from outside. */
const MESSAGES_A_SECOND = 5
export const MOST_STREAMS = 1_024

const Request = z.object({ method: z.string(), params: z.array(z.unknown()).optional(), id: z.unknown().optional() })
const Id = z.union([z.number().int(), z.string().regex(/^[a-zA-Z0-9]{1,36}$/), z.null()])

/** One connection: what it is subscribed to, what it still owes us, and how it is spoken to. */
export class Subscriber {
  readonly #socket: WebSocket
  readonly #streams: Set<string>
  readonly #micro: boolean
  readonly #now: () => number
  readonly #limits: () => ConnectionLimits
  readonly #openedAt: number
  #combined: boolean
  #came: number[] = []
  #pingedAt: number
  #owed: { readonly payload: string; readonly at: number }[] = []
  /** Neither sends nor answers any longer, as a connection whose other end has vanished. */
  isDead = false

  constructor(
    socket: WebSocket,
    form: { readonly streams: readonly string[]; readonly combined: boolean; readonly micro: boolean },
    now: () => number,
    limits: () => ConnectionLimits,
  ) {
    this.#socket = socket
    this.#streams = new Set(form.streams)
    this.#combined = form.combined
    this.#micro = form.micro
    this.#now = now
    this.#limits = limits
    this.#openedAt = this.#pingedAt = now()
    socket.on('message', (data) => {
      if (this.#counted()) this.#answer(String(data))
    })
    socket.on('ping', () => this.#counted())
    socket.on('pong', (data) => {
      if (!this.#counted()) return
      // One that nobody asked for is allowed, and owed all the same.
      const payload = data.toString()
      this.#owed = this.#owed.filter((owed) => owed.payload !== payload)
    })
  }

  /** Pings when it is time, and hangs up on who owes a pong too long or has had its 24 hours. */
  tend(): void {
    if (this.isDead) return
    const now = this.#now()
    const { ping_ms, pong_ms, connection_ms } = this.#limits()
    if (now - this.#openedAt >= connection_ms || this.#owed.some(({ at }) => now - at > pong_ms)) {
      this.#socket.close(1008, now - this.#openedAt >= connection_ms ? 'expired' : 'Pong timeout')
      return
    }
    if (now - this.#pingedAt < ping_ms) return
    this.#pingedAt = now
    this.#owed.push({ payload: String(now), at: now })
    this.#socket.ping(String(now))
  }

  /** Sends a trade where it is subscribed to; `broken` ends it in the middle. */
  publish(trade: VenueTrade, broken: boolean): void {
    const stream = `${trade.symbol.toLowerCase()}@trade`
    if (!this.#streams.has(stream)) return
    const text = this.#wrapped(stream, eventOf(trade, this.#now(), this.#micro))
    this.#send(broken ? text.slice(0, text.length / 2) : text)
  }

  /** Says that the server will go away. */
  announceShutdown(): void {
    const at = this.#now()
    this.#send(this.#wrapped('!serverShutdown', { e: 'serverShutdown', E: this.#micro ? at * 1_000 : at }))
  }

  /** Ends the connection without a word. */
  cut(): void {
    this.#socket.terminate()
  }

  #wrapped(stream: string, data: unknown): string {
    return JSON.stringify(this.#combined ? { stream, data } : data)
  }

  #send(text: string): void {
    if (!this.isDead) this.#socket.send(text)
  }

  /** Counts what came. @returns whether it may be answered */
  #counted(): boolean {
    if (this.isDead) return false
    const now = this.#now()
    this.#came = [...this.#came.filter((at) => now - at < 1_000), now]
    if (this.#came.length <= MESSAGES_A_SECOND) return true
    this.#socket.close(1008, 'Too many requests')
    return false
  }

  #answer(text: string): void {
    this.#send(JSON.stringify(this.#answerTo(text)))
  }

  #answerTo(text: string): unknown {
    const json = jsonOf(text)
    if (json === undefined) return { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' }
    const request = Request.safeParse(json).data
    if (request === undefined) return invalid('missing field `method` at line 1 column 73')
    const id = Id.safeParse(request.id)
    if (!id.success) return invalid('request ID must be an unsigned integer')
    const { method, params = [] } = request
    switch (method) {
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE':
        return this.#subscribe(method, params, id.data)
      case 'LIST_SUBSCRIPTIONS':
        return params.length > 0 ? invalid('too many parameters') : { result: [...this.#streams], id: id.data }
      case 'GET_PROPERTY':
        if (params[0] !== 'combined') return { code: 0, msg: 'Unknown property', id: id.data }
        return { result: this.#combined, id: id.data }
      case 'SET_PROPERTY':
        if (params[0] !== 'combined') return { code: 0, msg: 'Unknown property', id: id.data }
        if (typeof params[1] !== 'boolean') return { code: 1, msg: 'Invalid value type: expected Boolean' }
        this.#combined = params[1]
        return { result: null, id: id.data }
      default:
        return invalid(
          `unknown variant ${method}, expected one of \`SUBSCRIBE\`, \`UNSUBSCRIBE\`, \`LIST_SUBSCRIPTIONS\`, \`SET_PROPERTY\`, \`GET_PROPERTY\` at line 1 column 28`,
        )
    }
  }

  #subscribe(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', params: readonly unknown[], id: unknown): unknown {
    const streams = z.array(z.string().min(1)).min(1).safeParse(params)
    if (!streams.success) return invalid('a parameter is no name of a stream')
    const added = method === 'SUBSCRIBE'
    if (added && new Set([...this.#streams, ...streams.data]).size > MOST_STREAMS) return invalid('too many parameters')
    for (const stream of streams.data) {
      if (added) this.#streams.add(stream)
      else this.#streams.delete(stream)
    }
    return { result: null, id }
  }
}

const invalid = (msg: string) => ({ code: 2, msg: `Invalid request: ${msg}` })

/** The event of a trade, as the stream has sent it since 2024-06-18. */
function eventOf({ symbol, id, price, quantity, at, buyerIsMaker }: VenueTrade, now: number, micro: boolean) {
  const unit = micro ? 1_000 : 1
  return {
    e: 'trade',
    E: now * unit,
    s: symbol,
    t: id,
    p: price,
    q: quantity,
    T: at * unit,
    m: buyerIsMaker,
    M: true,
  }
}
