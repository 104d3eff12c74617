import type { IdRange, Position } from './seen-ids.ts'
import type { SequenceSettings } from './sequence.ts'
import type { Trade } from './to-tick.ts'

/** What a stream yields. */
export type Taken =
  | ({ readonly kind: 'trade' } & Trade)
  /** A message, or a row of REST, that no tick can be made of: its bytes as they came, cut where they are too many. */
  | {
      readonly kind: 'unreadable'
      readonly raw: Buffer
      readonly reason: string
      /** Where it is a trade that was missing: nobody looks for it any longer. */
      readonly instead?: { readonly symbol: string; readonly id: number }
    }
  /** Trades that there should be and that nobody gave us. */
  | ({ readonly kind: 'lost'; readonly symbol: string; readonly reason: string } & IdRange)
  /** A symbol's ids went far back, and are counted from there: the venue began anew, or an earlier id was wrong. */
  | { readonly kind: 'anew'; readonly symbol: string; readonly id: number }

export interface StreamSettings extends SequenceSettings {
  /** In capitals, such as BTCUSDT. */
  readonly symbols: readonly string[]
  /** Of the WebSocket, without path: wss://stream.binance.com:9443 */
  readonly stream: string
  /** Of REST, without path: https://api.binance.com */
  readonly rest: string
  /** Connections that stand at once, each bringing every trade. */
  readonly connections: number
  readonly renewMs: number
  readonly openMs: number
  readonly silentMs: number
  readonly answerMs: number
  /** How long the venue may answer without a trade before it is lost, ms: REST is somewhat behind the stream. */
  readonly patienceMs: number
  /** How much may wait for whoever reads the stream; beyond, it fails. */
  readonly mostQueued: number
}

const HOUR_MS = 60 * 60_000

/** What holds where nothing else is said. */
export const streamDefaults = {
  stream: 'wss://stream.binance.com:9443',
  rest: 'https://api.binance.com',
  connections: 2,
  renewMs: 23 * HOUR_MS,
  openMs: 10_000,
  silentMs: 30_000,
  answerMs: 10_000,
  reorderMs: 250,
  holdMs: 2_000,
  mostHeld: 10_000,
  mostMissing: 100_000,
  patienceMs: 60_000,
  mostQueued: 200_000,
} as const satisfies Partial<StreamSettings>

/** What a stream is opened with: the symbols, and whatever differs from the defaults. */
export type StreamOptions = Partial<Omit<StreamSettings, 'symbols'>> & {
  readonly symbols: readonly string[]
  /** By symbol, where another process stood. @default a symbol begins with the first trade that comes */
  readonly from?: ReadonlyMap<string, Position>
}
