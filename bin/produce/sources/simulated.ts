import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { accountNames, symbolNames } from '#feeds/simulated/listings.ts'
import { simulate } from '#feeds/simulated/simulate.ts'
import type { SourceKind } from '../source.ts'
import { before, rateText, spanOf } from './span.ts'

const DEFAULTS = { seed: 1, symbolCount: 8, accounts: 6 }
const EVENTS_PER_SECOND = 200

/** A market of its own making, from a moment on. */
export const simulated: SourceKind = {
  topics: [tick.topic, fill.topic],
  options: ['seed', 'symbols', 'symbolCount', 'accounts', 'eventsPerSecond', 'start', 'duration', 'from', 'to'],
  generated: true,
  open(options, now) {
    const { seed, symbolCount, accounts } = { ...DEFAULTS, ...options }
    const { start, until, eventsPerSecond } = spanOf(options, now, EVENTS_PER_SECOND)
    const symbols = options.symbols ?? symbolNames(symbolCount)
    const market = simulate({ seed, symbols, accounts: accountNames(accounts), start, eventsPerSecond })
    return {
      title: `a market of ${symbols.length} symbols and ${accounts} accounts, ${rateText(eventsPerSecond)} events/s, seed ${seed}`,
      emissions: before(until, market),
    }
  },
}
