import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { eventually } from '#local/process.ts'

/** What `/sent` tells of one symbol. */
export interface SentIds {
  readonly first: number
  readonly last: number
  readonly withheld: readonly number[]
  readonly lost: readonly number[]
}

export interface Sent {
  readonly symbols: Readonly<Record<(typeof SYMBOLS)[number], SentIds>>
  readonly connections: number
  readonly cut: number
  readonly to_come: number
}

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'BNBUSDT'] as const

/** The stand-in for Binance, in a process of its own, as tests steer it. */
export class BinanceVenue {
  readonly symbols = SYMBOLS
  readonly #process: ChildProcess
  readonly #origin: string

  private constructor(process: ChildProcess, port: number) {
    this.#process = process
    this.#origin = `127.0.0.1:${port}`
  }

  static async start(): Promise<BinanceVenue> {
    const entry = join(import.meta.dirname, '../../local/venues/main.ts')
    const env = { PATH: process.env.PATH, PORT: '0', SEED: '7' }
    const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout })) return new BinanceVenue(child, portIn(line))
    throw new Error('the stand-in ended before it listened')
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    if (this.#process.exitCode === null) await once(this.#process, 'exit')
  }

  /** Where the feed finds it. */
  get addresses(): { readonly stream: string; readonly rest: string } {
    return { stream: `ws://${this.#origin}/binance`, rest: `http://${this.#origin}/binance` }
  }

  fault(fault: string, more: object = {}): Promise<unknown> {
    return this.#ask('POST', '/faults', { venue: 'binance', fault, ...more })
  }

  async heal(): Promise<void> {
    await this.#ask('DELETE', '/faults')
    await this.#ask('POST', '/binance/limits', {})
  }

  rate(trades_per_second: number): Promise<unknown> {
    return this.#ask('POST', '/binance/rate', { trades_per_second })
  }

  limits(limits: object): Promise<unknown> {
    return this.#ask('POST', '/binance/limits', limits)
  }

  advance(advance_ms: number): Promise<unknown> {
    return this.#ask('POST', '/clock', { advance_ms })
  }

  async sent(): Promise<Sent> {
    return ((await this.#ask('GET', '/sent')) as { binance: Sent }).binance
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const text = body && { body: JSON.stringify(body) }
    const response = await fetch(`http://${this.#origin}${path}`, { method, ...text })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
}

function portIn(line: string): number {
  return Number((JSON.parse(line) as { port: number }).port)
}

/** Waits for a condition. @throws Error, naming it, where it does not come about within 20 s */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  if (!(await eventually(condition, 20_000))) throw new Error(`not within 20 s: ${what}`)
}
