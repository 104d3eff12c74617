import { basename, join } from 'node:path'
import type { AnyEvent } from '#domain/events/define-event.ts'
import { tick } from '#domain/events/tick.ts'
import { Refusal } from '#domain/refusal.ts'
import type { Emission } from '../emission.ts'
import { textOf } from './parse-table.ts'
import { parseTrades } from './parse-trades.ts'

/** The recording that the project ships: BTCUSDT, 46 seconds of 2021-01-08. */
export const shippedRecording = join(import.meta.dirname, 'btcusdt-trades-2021-01-08.csv')

/**
 * Reads and checks a whole recording.
 * @param symbol of its trades. @default what the file's name says before `-trades`, in capitals
 * @throws Refusal where the file cannot be read, is no recording, or does not say whose trades it holds.
 */
export async function readRecording(file = shippedRecording, symbol = symbolOf(file)): Promise<readonly AnyEvent[]> {
  return parseTrades(await textOf(file, 'trades'), basename(file), symbol)
}

/**
 * The emissions of a recording: each at its own time, or all of them moved so that the first happens at `firstAt`.
 * Distances stay, and `received_at` moves along.
 * @param firstAt ms; undefined leaves the times as recorded
 */
export function* play(ticks: readonly AnyEvent[], firstAt?: number): Generator<Emission, void, void> {
  const shift = firstAt === undefined ? 0 : firstAt - Number(ticks[0]?.traded_at)
  for (const event of ticks) {
    const at = Number(event.traded_at) + shift
    yield { at, definition: tick, event: shift === 0 ? event : { ...event, traded_at: at, received_at: at } }
  }
}

/** The symbol that a file's name tells: `btcusdt-trades-2021-01-08.csv` holds BTCUSDT. @throws Refusal where it tells none. */
export function symbolOf(file: string): string {
  const symbol = /^([a-z0-9]+)-trades\b/i.exec(basename(file))?.[1]
  if (symbol !== undefined) return symbol.toUpperCase()
  throw new Refusal(
    `The name of ${basename(file)} does not say which symbol traded: give it with --symbol, or call the file <symbol>-trades.csv.`,
  )
}
