import type { Bars, Price } from './answers.ts'
import type { GetJson } from './api.ts'
import { Candles } from './candles.ts'
import { type Choices, type Interval, isInterval } from './choices.ts'
import { byId, setText } from './elements.ts'
import { fixed, placesFor, signed, toneOf } from './number-text.ts'

/** How many candles are read at first, and how many at each beat: those that may still change. */
const HISTORY: Readonly<Record<Interval, number>> = { '1m': 300, '5m': 200, '15m': 104, '1h': 26 }
const RECENT: Readonly<Record<Interval, number>> = { '1m': 8, '5m': 3, '15m': 2, '1h': 2 }

/** The chosen symbol: its quote, its candles, and the switch of their length. */
export class Market {
  readonly #symbol = byId('market-symbol', HTMLElement)
  readonly #price = byId('market-price', HTMLElement)
  readonly #change = byId('market-change', HTMLElement)
  readonly #intervals = byId('intervals', HTMLElement)
  readonly #candles = new Candles()
  readonly #get: GetJson
  #shown = ''

  constructor(get: GetJson, picked: (interval: Interval) => void) {
    this.#get = get
    this.#intervals.addEventListener('click', ({ target }) => {
      const interval = target instanceof HTMLElement ? target.dataset.interval : undefined
      if (isInterval(interval)) picked(interval)
    })
  }

  restyle(): void {
    this.#candles.restyle()
  }

  /** Shows the newest price of the chosen symbol, as the board has it. */
  quote(price: Price | undefined, { symbol, interval }: Choices): void {
    for (const button of this.#intervals.querySelectorAll('button'))
      button.setAttribute('aria-pressed', String(button.dataset.interval === interval))
    setText(this.#symbol, symbol || '–')
    setText(this.#price, price === undefined ? '–' : fixed(price.price, placesFor(price.price)))
    const day = price?.day
    setText(
      this.#change,
      day ? `${signed(day.change, placesFor(price?.price ?? '1'))} (${signed(day.change_percent, 2)} %) 24 h` : '',
    )
    this.#change.dataset.tone = day ? toneOf(day.change) : 'flat'
    document.title = price === undefined ? 'Lodestream' : `${fixed(price.price, placesFor(price.price))} ${symbol}`
  }

  /** Reads the candles: all of them after a change of symbol or length, and where the page has slept; else the newest. */
  async refresh({ symbol, interval }: Choices): Promise<void> {
    if (symbol === '') return
    const wanted = `${symbol} ${interval}`
    const newest = this.#shown === wanted ? this.#candles.newest : undefined
    const bars = await this.#read(symbol, interval, newest === undefined ? HISTORY[interval] : RECENT[interval])
    if (bars === undefined) return
    if (newest !== undefined && bars.bars.some(({ start_at }) => start_at === newest)) {
      this.#candles.update(bars.bars)
      return
    }
    const whole = newest === undefined ? bars : await this.#read(symbol, interval, HISTORY[interval])
    if (whole === undefined) return
    this.#candles.replace(wanted, whole.bars)
    this.#shown = wanted
  }

  #read(symbol: string, interval: Interval, limit: number): Promise<Bars | undefined> {
    return this.#get<Bars>(`/ohlc/${encodeURIComponent(symbol)}?interval=${interval}&limit=${limit}`)
  }
}
