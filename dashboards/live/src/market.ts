import type { Bars, DailyBars, Price } from './answers.ts'
import type { GetJson } from './api.ts'
import { Candles } from './candles.ts'
import { type Choices, type Interval, isInterval } from './choices.ts'
import { byId, setText } from './elements.ts'
import { fixed, placesFor, signed, toneOf } from './number-text.ts'

/** How many candles are read at first, and how many at each beat: those that may still change. */
const HISTORY: Readonly<Record<Interval, number>> = { '1m': 300, '5m': 200, '15m': 104, '1h': 26, '1d': 730 }
const RECENT: Readonly<Record<Exclude<Interval, '1d'>, number>> = { '1m': 8, '5m': 3, '15m': 2, '1h': 2 }

/** The chosen symbol: its quote, its candles, and the switch of their length. */
export class Market {
  readonly #symbol = byId('market-symbol', HTMLElement)
  readonly #price = byId('market-price', HTMLElement)
  readonly #change = byId('market-change', HTMLElement)
  readonly #intervals = byId('intervals', HTMLElement)
  readonly #candles = new Candles()
  readonly #get: GetJson
  readonly #askForDays: () => void
  #shown = ''
  /** What is shown or asked for of the lake: a daily chart is not the live beat's. */
  #days = ''
  #daysText = ''

  /** @param askForDays called where daily candles are wanted and are not there: `refreshDays` is to follow soon */
  constructor(get: GetJson, picked: (interval: Interval) => void, askForDays: () => void) {
    this.#get = get
    this.#askForDays = askForDays
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
    if (interval === '1d') {
      if (this.#days === wanted) return
      this.#show(wanted, [], 'Reading the daily candles from the lake.')
      this.#days = wanted
      this.#askForDays()
      return
    }
    this.#days = ''
    const newest = this.#shown === wanted ? this.#candles.newest : undefined
    const bars = await this.#read(symbol, interval, newest === undefined ? HISTORY[interval] : RECENT[interval])
    if (bars === undefined) return
    if (newest !== undefined && bars.bars.some(({ start_at }) => start_at === newest)) {
      this.#candles.update(bars.bars)
      return
    }
    const whole = newest === undefined ? bars : await this.#read(symbol, interval, HISTORY[interval])
    if (whole === undefined) return
    this.#show(wanted, whole.bars)
  }

  /** Reads the daily candles, where they are what is shown. What keeps the lake from answering is said in their place. */
  async refreshDays({ interval }: Choices): Promise<void> {
    const wanted = this.#days
    if (interval !== '1d' || wanted === '') return
    const symbol = wanted.slice(0, wanted.lastIndexOf(' '))
    const path = `/ohlc/${encodeURIComponent(symbol)}?interval=1d&limit=${HISTORY['1d']}`
    let bars: DailyBars | undefined
    try {
      bars = await this.#get<DailyBars>(path)
    } catch (error) {
      // Candles that are there stay: they are as old as the lake last said.
      if (this.#days === wanted && this.#candles.newest === undefined)
        this.#show(wanted, [], error instanceof Error ? error.message : String(error))
      throw error
    }
    if (this.#days !== wanted) return
    const days = (bars?.bars ?? []).map((bar) => ({
      ...bar,
      start_at: `${bar.trade_date}T00:00:00.000Z`,
      provisional: false,
    }))
    // Redrawn only where it differs: it would move a chart that somebody has moved.
    const text = JSON.stringify(days)
    if (this.#daysText === text && days.length > 0) return
    this.#daysText = text
    this.#show(wanted, days, `No day of ${symbol} is in the lake yet: a day follows its close, at 17:00 in New York.`)
  }

  #show(wanted: string, bars: Bars['bars'], empty?: string): void {
    if (bars.length === 0) this.#daysText = ''
    this.#candles.replace(wanted, bars, empty)
    this.#shown = wanted
  }

  #read(symbol: string, interval: Exclude<Interval, '1d'>, limit: number): Promise<Bars | undefined> {
    return this.#get<Bars>(`/ohlc/${encodeURIComponent(symbol)}?interval=${interval}&limit=${limit}`)
  }
}
