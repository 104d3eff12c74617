import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type MouseEventParams,
  type UTCTimestamp,
} from 'lightweight-charts'
import type { Bar } from './answers.ts'
import { byId, setText } from './elements.ts'
import { compact, fixed, placesFor } from './number-text.ts'

/** Candles with volume. The chart draws numbers; the legend writes the API's exact text. */
export class Candles {
  readonly #box = byId('chart', HTMLElement)
  readonly #legend = byId('legend', HTMLElement)
  readonly #empty = byId('chart-empty', HTMLElement)
  readonly #chart: IChartApi
  readonly #prices: ISeriesApi<'Candlestick'>
  readonly #volumes: ISeriesApi<'Histogram'>
  #bars = new Map<UTCTimestamp, Bar>()
  #hovered: UTCTimestamp | undefined

  constructor() {
    this.#chart = createChart(this.#box, {
      autoSize: true,
      localization: { locale: 'en-GB' },
      crosshair: { mode: CrosshairMode.Normal },
      timeScale: { timeVisible: true, secondsVisible: false, borderVisible: false, rightOffset: 3, minBarSpacing: 2 },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.06, bottom: 0.24 } },
      // The page credits the library in its footer; the logo would need a style of its own within the page.
      layout: { attributionLogo: false },
    })
    this.#volumes = this.#chart.addSeries(HistogramSeries, {
      priceFormat: { type: 'volume' },
      priceScaleId: '',
      lastValueVisible: false,
      priceLineVisible: false,
    })
    this.#volumes.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } })
    this.#prices = this.#chart.addSeries(CandlestickSeries, { borderVisible: false })
    this.#chart.subscribeCrosshairMove((move) => this.#hover(move))
    this.restyle()
  }

  /** The newest bar held, by its start in ISO; undefined while there is none. */
  get newest(): string | undefined {
    return [...this.#bars.values()].at(-1)?.start_at
  }

  /** Takes the colours of the theme in force. */
  restyle(): void {
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const [up, down] = [colour('--up'), colour('--down')]
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: 'transparent' },
        textColor: colour('--quiet'),
        fontFamily: getComputedStyle(document.body).fontFamily,
        fontSize: 11,
      },
      grid: { vertLines: { color: colour('--grid') }, horzLines: { color: colour('--grid') } },
      crosshair: {
        vertLine: { color: colour('--quiet'), labelBackgroundColor: colour('--label') },
        horzLine: { color: colour('--quiet'), labelBackgroundColor: colour('--label') },
      },
    })
    this.#prices.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down })
    this.#volumes.setData([...this.#bars].map(([time, bar]) => this.#volumeOf(time, bar)))
  }

  /** Puts a whole series in place of the one that is shown, and moves to its end. @param empty said where it has no bar */
  replace(name: string, bars: readonly Bar[], empty = 'Waiting for the first candle.'): void {
    const daily = bars[0]?.trade_date !== undefined
    this.#chart.timeScale().applyOptions({ timeVisible: !daily })
    setText(this.#empty, empty)
    this.#bars = new Map(bars.map((bar) => [timeOf(bar), bar]))
    const places = placesFor(bars.at(-1)?.close ?? '1')
    this.#prices.applyOptions({ priceFormat: { type: 'price', precision: places, minMove: 10 ** -places } })
    this.#prices.setData([...this.#bars].map(([time, bar]) => candleOf(time, bar)))
    this.#volumes.setData([...this.#bars].map(([time, bar]) => this.#volumeOf(time, bar)))
    this.#chart.applyOptions({
      localization: { priceFormatter: (price: number) => fixed(price.toFixed(places), places) },
    })
    this.#chart.priceScale('right').applyOptions({ autoScale: true })
    this.#chart.timeScale().setVisibleLogicalRange({ from: Math.max(-1, bars.length - 90), to: bars.length + 3 })
    this.#box.setAttribute('aria-label', `${name}, ${bars.length} candles with volume${daily ? CLOSES : ''}`)
    this.#empty.hidden = bars.length > 0
    this.#describe()
  }

  /** Takes bars that are new or have changed. */
  update(bars: readonly Bar[]): void {
    for (const bar of bars) {
      const time = timeOf(bar)
      const newest = [...this.#bars.keys()].at(-1) ?? 0
      const held = this.#bars.get(time)
      if (held === undefined ? time < newest : held.trades === bar.trades && held.provisional === bar.provisional)
        continue
      this.#bars.set(time, bar)
      this.#prices.update(candleOf(time, bar), time < newest)
      this.#volumes.update(this.#volumeOf(time, bar), time < newest)
    }
    this.#describe()
  }

  #hover({ time }: MouseEventParams): void {
    this.#hovered = typeof time === 'number' ? time : undefined
    this.#describe()
  }

  #describe(): void {
    const hovered = this.#hovered === undefined ? undefined : this.#bars.get(this.#hovered)
    const bar = hovered ?? [...this.#bars.values()].at(-1)
    if (bar === undefined) {
      this.#legend.replaceChildren()
      return
    }
    const places = placesFor(bar.close)
    const figures = [
      ['O', fixed(bar.open, places)],
      ['H', fixed(bar.high, places)],
      ['L', fixed(bar.low, places)],
      ['C', fixed(bar.close, places)],
      ['Vol', compact(bar.volume)],
      ['VWAP', fixed(bar.vwap, places)],
      ['Trades', String(bar.trades)],
    ] as const
    const items = figures.map(([name, text]) => pair(name, text))
    this.#legend.replaceChildren(whenOf(bar), ...items)
    this.#legend.dataset.tone = Number(bar.close) >= Number(bar.open) ? 'up' : 'down'
  }

  #volumeOf(time: UTCTimestamp, { open, close, volume }: Bar) {
    const style = getComputedStyle(document.documentElement)
    const name = Number(close) >= Number(open) ? '--up-soft' : '--down-soft'
    return { time, value: Number(volume), color: style.getPropertyValue(name).trim() }
  }
}

const CLOSES = ', each a trade date that closes 17:00 New York'

const whenOf = ({ start_at, provisional, trade_date }: Bar): HTMLElement =>
  trade_date === undefined
    ? pair(`${start_at.slice(0, 10)} ${start_at.slice(11, 16)}`, provisional ? 'provisional' : 'final')
    : pair(trade_date, 'closes 17:00 New York')

const timeOf = ({ start_at }: Bar): UTCTimestamp => (Date.parse(start_at) / 1000) as UTCTimestamp

const candleOf = (time: UTCTimestamp, { open, high, low, close }: Bar) => ({
  time,
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
})

function pair(name: string, text: string): HTMLElement {
  const box = document.createElement('div')
  const [dt, dd] = [document.createElement('dt'), document.createElement('dd')]
  dt.textContent = name
  dd.textContent = text
  box.append(dt, dd)
  return box
}
