import { tick } from '#domain/events/tick.ts'
import type { Emission } from '../emission.ts'
import { type Outside, theOutside } from './outside.ts'
import type { StreamOptions, Taken } from './stream-settings.ts'
import { TradeStream } from './trade-stream.ts'

/** The venue's trades as emissions, and what there is to say about them. */
export interface BinanceTrades extends AsyncIterable<readonly Emission[]> {
  /** The stream itself: its statistics, what is still missing, its last trouble. */
  readonly stream: TradeStream
}

/**
 * The ticks of Binance's live trades, for whoever sends them on, in batches as they come.
 * @param options `symbols`, and whatever differs from `streamDefaults`: `stream` and `rest` lead to another venue
 * @param onTrouble is told of everything else: messages to be set aside, trades that were lost, ids that began anew
 * @param stop ends it, after what it held back
 */
export function binanceTrades(
  options: StreamOptions,
  onTrouble: (trouble: Exclude<Taken, { kind: 'trade' }>) => void,
  stop: AbortSignal,
  outside: Outside = theOutside,
): BinanceTrades {
  const stream = new TradeStream(options, stop, outside)
  return {
    stream,
    async *[Symbol.asyncIterator]() {
      for await (const batch of stream) {
        const emissions: Emission[] = []
        for (const taken of batch) {
          if (taken.kind === 'trade')
            emissions.push({ at: taken.event.received_at, definition: tick, event: taken.event })
          else onTrouble(taken)
        }
        if (emissions.length > 0) yield emissions
      }
    },
  }
}
