import { tick } from '#domain/events/tick.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import type { Taken } from '#feeds/binance/stream-settings.ts'
import { streamDefaults } from '#feeds/binance/stream-settings.ts'
import { lossText } from '#feeds/binance/trade-stream.ts'
import { binanceTrades } from '#feeds/binance/trades.ts'
import { loadState } from '#local/state.ts'
import type { Batch } from '../publish.ts'
import type { SourceKind } from '../source.ts'

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'BNBUSDT']

/** Binance's trades as they happen, each once, what was missed filled by REST. What nobody can read is sent as it came. */
export const binance: SourceKind = {
  topics: [tick.topic],
  options: ['symbols', 'duration', 'venue'],
  generated: false,
  speed: 'live',
  open({ symbols = SYMBOLS, duration, venue, stage, kafka }) {
    // The stand-in of this machine's platform speaks to that platform alone.
    const at = venue ?? (stage === 'local' && kafka === undefined ? standIn() : undefined)
    const addresses = at === undefined ? {} : { rest: at, stream: at.replace(/^http/, 'ws') }
    return {
      title: `trades of ${symbols.join(', ')} from ${at ?? streamDefaults.rest}`,
      async *emissions(stop, note) {
        const unread: OutgoingRecord[] = []
        const told = (trouble: Trouble) => {
          note(troubleText(trouble))
          if (trouble.kind !== 'unreadable') return
          unread.push({ topic: tick.topic, key: trouble.instead?.symbol ?? 'binance', value: trouble.raw })
        }
        const ended = duration === undefined ? stop : AbortSignal.any([stop, AbortSignal.timeout(duration)])
        const trades = binanceTrades({ symbols, ...addresses }, told, ended)
        using _watch = tellingTrouble(() => trades.stream.trouble, note)
        for await (const batch of trades) yield [...batch, ...unread.splice(0)] satisfies Batch
        if (unread.length > 0) yield unread
      },
    }
  },
}

type Trouble = Exclude<Taken, { kind: 'trade' }>

/** Where the running platform's stand-in for Binance answers; undefined where it speaks to Binance itself. */
function standIn(): string | undefined {
  const { outside, ports } = loadState()
  return outside === 'stand-in' ? `http://127.0.0.1:${ports.venues}/binance` : undefined
}

/** Says why there is no connection or no answer, each reason once as long as it stays the same. */
function tellingTrouble(troubleOf: () => string | undefined, note: (line: string) => void): Disposable {
  let told: string | undefined
  const timer = setInterval(() => {
    const trouble = troubleOf()
    if (trouble !== undefined && trouble !== told) note(`Trouble with Binance: ${trouble || 'no connection'}.`)
    told = trouble
  }, TOLD_EVERY)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

const TOLD_EVERY = 1_000

function troubleText(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'unreadable':
      return `A message that is no trade is sent as it came: ${trouble.reason}.`
    case 'lost':
      return lossText(trouble)
    case 'anew':
      return `The trade ids of ${trouble.symbol} went far back, to ${trouble.id}: they are counted from there.`
    default:
      return trouble satisfies never
  }
}
