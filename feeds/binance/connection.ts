import type { Outside } from './outside.ts'

export interface ConnectionSettings {
  /** How long opening may take, ms. */
  readonly openMs: number
  /** How long nothing may come before the venue is asked whether it is there, ms. */
  readonly silentMs: number
  /** How long it then has to answer, ms. */
  readonly answerMs: number
}

/** Why a connection is over. */
export type Ending = 'unopened' | 'closed' | 'silent' | 'left'

/**
 * One WebSocket, from opening to its end. Pings are answered by the WebSocket itself, which does not tell of them; so a
 * connection on which nothing comes is asked for its subscriptions, and given up where even the answer stays away.
 */
export class Connection {
  /** Whether it opened. */
  readonly opened: Promise<boolean>
  readonly ended: Promise<Ending>
  /** When it opened, of the clock. */
  openedAt: number | undefined
  /** Why it did not open or broke, as far as the WebSocket says. */
  trouble: string | undefined
  readonly #socket: WebSocket
  readonly #over = new AbortController()
  readonly #opened = Promise.withResolvers<boolean>()
  readonly #ended = Promise.withResolvers<Ending>()
  #heardAt: number
  #requests = 0

  /** @param onMessage with the text, or the bytes of what is none, and when they came by the wall clock, ms */
  constructor(
    url: string,
    { clock, wall, openSocket }: Outside,
    settings: ConnectionSettings,
    onMessage: (data: string | Buffer, at: number) => void,
  ) {
    this.opened = this.#opened.promise
    this.ended = this.#ended.promise
    this.#heardAt = clock.now()
    this.#socket = openSocket(url)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.addEventListener('open', () => {
      this.openedAt = this.#heardAt = clock.now()
      this.#opened.resolve(true)
    })
    this.#socket.addEventListener('message', ({ data }) => {
      const at = wall()
      this.#heardAt = clock.now()
      if (!this.#over.signal.aborted) onMessage(typeof data === 'string' ? data : Buffer.from(data), at)
    })
    this.#socket.addEventListener('error', (event) => {
      if ('message' in event && event.message !== '') this.trouble = String(event.message)
    })
    this.#socket.addEventListener('close', ({ code, reason }) => {
      this.trouble ??= `closed with ${code} ${reason}`.trim()
      this.#end(this.openedAt === undefined ? 'unopened' : 'closed')
    })
    void this.#watch(clock, settings)
  }

  /** Ends it from our side. */
  leave(): void {
    this.#end('left')
  }

  async #watch(clock: Outside['clock'], { openMs, silentMs, answerMs }: ConnectionSettings): Promise<void> {
    const over = this.#over.signal
    await Promise.race([this.opened, clock.wait(openMs, over)])
    if (this.openedAt === undefined) return this.#end('unopened')
    while (!over.aborted) {
      const silence = clock.now() - this.#heardAt
      if (silence < silentMs) {
        await clock.wait(silentMs - silence, over)
        continue
      }
      this.#requests += 1
      const asked = this.#heardAt
      this.#socket.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id: this.#requests }))
      await clock.wait(answerMs, over)
      if (this.#heardAt === asked) return this.#end('silent')
    }
  }

  #end(ending: Ending): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    this.#opened.resolve(false)
    this.#ended.resolve(ending)
    this.#socket.close()
  }
}
