import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { formatDecimal, parseDecimal } from '#domain/decimal.ts'
import { rollUp } from '#domain/metrics/bucket.ts'
import { ohlc } from '#domain/metrics/ohlc.ts'
import { position } from '#domain/metrics/position.ts'
import type { HotView } from '#domain/ports.ts'
import { environment } from '#local/engines/python.ts'
import { repository } from '#local/state.ts'

/** Bars and positions as plain text by name. */
export type Figures = Readonly<Record<string, string>>

interface Recomputed {
  readonly bars: readonly ({ readonly symbol: string; readonly minute: number; readonly trades: number } & Texts)[]
  readonly positions: readonly ({ readonly account: string } & Texts)[]
}
type Texts = Readonly<Record<string, string | number>>

const BAR = ['open', 'high', 'low', 'close', 'volume', 'notional', 'vwap', 'trades'] as const
const POSITION = ['quantity', 'cash', 'realised', 'fees'] as const

/** What the events come to by test/recompute, which shares no code with the platform. @param events from `eventsOf` */
export async function recomputed(events: readonly object[]): Promise<Figures> {
  const folder = join(repository, 'test', 'recompute')
  const python = await environment(join(folder, 'requirements.lock'))
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  const { bars, positions } = JSON.parse(await piped(python, [join(folder, 'recompute.py')], lines)) as Recomputed
  return {
    ...Object.fromEntries(bars.map((bar) => [`bar ${bar.symbol} ${bar.minute}`, line(BAR, bar)])),
    ...Object.fromEntries(positions.map((it) => [`position ${it.account} ${it.symbol}`, line(POSITION, it)])),
  }
}

/** What the hot store has of those symbols, in bars and in all accounts. @param from first minute, ms @param to end, ms */
export async function figuresIn(view: HotView, symbols: readonly string[], from: number, to: number): Promise<Figures> {
  const figures: Record<string, string> = {}
  for (const symbol of symbols)
    for (const [start, bar] of rollUp(ohlc, await view.read(ohlc, [symbol], from, to)))
      figures[`bar ${symbol} ${start}`] = line(BAR, texts(bar))
  const held = Map.groupBy(await view.readAll(position), ({ entity }) => entity.join(' '))
  for (const [entity, buckets] of held) {
    if (!symbols.includes(entity.split(' ')[1] ?? '')) continue
    for (const reading of rollUp(position, buckets).values())
      figures[`position ${entity}`] = line(POSITION, texts(reading))
  }
  return figures
}

const texts = (reading: Readonly<Record<string, bigint | number>>): Texts =>
  Object.fromEntries(
    Object.entries(reading).map(([name, value]) => [name, typeof value === 'bigint' ? formatDecimal(value) : value]),
  )

/** The named figures, decimals in one spelling. */
const line = (names: readonly string[], figures: Texts): string =>
  names.map((name) => `${name} ${spelled(figures[name])}`).join(', ')

function spelled(figure: string | number | undefined): string {
  const decimal = typeof figure === 'string' ? parseDecimal(figure) : undefined
  return decimal === undefined ? `${figure}` : formatDecimal(decimal)
}

/** What a program writes to standard output when it is given that input. */
export function piped(program: string, words: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    const output: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => output.push(part))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString())
      else reject(new Error(`${words.join(' ')} ended with ${code}`))
    })
    child.stdin.end(input)
  })
}
