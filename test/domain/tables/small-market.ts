/** A market of a few rows of silver, and what gold must hold of it, worked out in whole numbers by other means. */

export interface Tick {
  readonly id: number
  readonly symbol: string
  readonly date: string
  /** ms since 1970 UTC. */
  readonly at: number
  readonly price: bigint
  readonly quantity: bigint
}

export interface Fill extends Tick {
  readonly account: string
  readonly side: 'buy' | 'sell'
  readonly fee: bigint
}

export interface SmallMarket {
  readonly ticks: readonly Tick[]
  readonly fills: readonly Fill[]
}

export type Row = Readonly<Record<string, string | undefined>>

const UNIT = 10n ** 8n

/** n ÷ d to the nearest whole, a half away from zero. */
function nearest(n: bigint, d: bigint): bigint {
  const size = (n < 0n ? -n : n) * 2n + d
  const whole = size / (2n * d)
  return n < 0n ? -whole : whole
}

const product = (a: bigint, b: bigint): bigint => nearest(a * b, UNIT)

/** As Athena spells a decimal(38,8). */
export function spelled(value: bigint): string {
  const digits = `${value < 0n ? -value : value}`.padStart(9, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`
}

/** As Athena spells a timestamp(6). */
export const instant = (at: number): string => `${new Date(at).toISOString().replace('T', ' ').slice(0, -1)}000`

export const notionalOf = ({ price, quantity }: Tick): bigint => product(price, quantity)

/** Zero-padded as in silver; every row's offset is its id, all in one partition. */
export const offsetOf = ({ id }: Tick): string => `${id}`.padStart(20, '0')

const sum = <T>(items: readonly T[], of: (item: T) => bigint): bigint =>
  items.reduce((total, item) => total + of(item), 0n)
const inOrder = <T extends Tick>(ticks: readonly T[]): readonly T[] =>
  ticks.toSorted((a, b) => a.at - b.at || a.id - b.id)
const byDay = (ticks: readonly Tick[]): readonly string[] => [...new Set(ticks.map(({ date }) => date))].toSorted()

const signOf = ({ side }: Fill): bigint => (side === 'buy' ? 1n : -1n)
const cashOf = (fill: Fill): bigint => -signOf(fill) * notionalOf(fill) - fill.fee

/** The rows of each gold table, each in the order of its grain. */
export function goldOf(market: SmallMarket): Readonly<Record<string, readonly Row[]>> {
  const bars = barsOf(market.ticks)
  return {
    'gold.ohlc_daily': bars,
    'gold.fact_fills': inOrder(market.fills)
      .toSorted((a, b) => (`e${a.id}` < `e${b.id}` ? -1 : 1))
      .map(factOf),
    'gold.daily_pnl': pnlOf(market),
    'gold.latest_price': [...new Set(bars.map(({ symbol }) => symbol))].map((symbol) => {
      const last = bars.findLast((bar) => bar.symbol === symbol)
      return { symbol, price: last?.close_price, trade_date: last?.trade_date, traded_at: last?.last_traded_at }
    }),
  }
}

const barsOf = (ticks: readonly Tick[]): readonly Row[] =>
  [...new Set(ticks.map(({ symbol }) => symbol))].toSorted().flatMap((symbol) =>
    byDay(ticks.filter((tick) => tick.symbol === symbol)).map((date) => {
      const day = inOrder(ticks.filter((tick) => tick.symbol === symbol && tick.date === date))
      const prices = day.map(({ price }) => price).toSorted((a, b) => (a < b ? -1 : 1))
      const volume = sum(day, ({ quantity }) => quantity)
      const notional = sum(day, notionalOf)
      return {
        symbol,
        trade_date: date,
        open_price: spelled(day[0]?.price ?? 0n),
        high_price: spelled(prices.at(-1) ?? 0n),
        low_price: spelled(prices[0] ?? 0n),
        close_price: spelled(day.at(-1)?.price ?? 0n),
        volume: spelled(volume),
        notional: spelled(notional),
        vwap: spelled(nearest(notional * UNIT, volume)),
        trades: `${day.length}`,
        first_traded_at: instant(day[0]?.at ?? 0),
        last_traded_at: instant(day.at(-1)?.at ?? 0),
      }
    }),
  )

const factOf = (fill: Fill): Row => ({
  execution_id: `e${fill.id}`,
  account: fill.account,
  symbol: fill.symbol,
  order_id: undefined,
  side: fill.side,
  log_partition: '0',
  log_offset: offsetOf(fill),
  trade_date: fill.date,
  price: spelled(fill.price),
  quantity: spelled(fill.quantity),
  signed_quantity: spelled(signOf(fill) * fill.quantity),
  notional: spelled(notionalOf(fill)),
  fee: spelled(fill.fee),
  cash_flow: spelled(cashOf(fill)),
  is_late: 'false',
  executed_at: instant(fill.at),
  received_at: instant(fill.at),
})

/** Walks each book day by day, carrying what it stood at. */
function pnlOf({ ticks, fills }: SmallMarket): readonly Row[] {
  const books = [...new Set(fills.map(({ account, symbol }) => `${account} ${symbol}`))].toSorted()
  return books.flatMap((name) => {
    const [account = '', symbol = ''] = name.split(' ')
    const book = inOrder(fills.filter((fill) => fill.account === account && fill.symbol === symbol))
    const rows: Row[] = []
    let position = 0n
    let cash = 0n
    let net = 0n
    let lastFill = 0n
    for (const date of byDay([...ticks, ...fills])) {
      const day = book.filter((fill) => fill.date === date)
      const before = { position, net }
      position += sum(day, (fill) => signOf(fill) * fill.quantity)
      cash += sum(day, cashOf)
      lastFill = day.at(-1)?.price ?? lastFill
      const closed = inOrder(ticks.filter((tick) => tick.symbol === symbol && tick.date <= date)).at(-1)
      const mark = closed?.price ?? lastFill
      const value = product(position, mark)
      net = cash + value
      if (day.length === 0 && position === 0n && before.position === 0n) continue
      const quantity = (side: Fill['side']) =>
        spelled(
          sum(
            day.filter((fill) => fill.side === side),
            (fill) => fill.quantity,
          ),
        )
      rows.push({
        account,
        symbol,
        trade_date: date,
        fills: `${day.length}`,
        bought: quantity('buy'),
        sold: quantity('sell'),
        cash_flow: spelled(sum(day, cashOf)),
        fees: spelled(sum(day, ({ fee }) => fee)),
        position: spelled(position),
        mark_price: spelled(mark),
        market_value: spelled(value),
        net_pnl: spelled(net),
        day_pnl: spelled(net - before.net),
      })
    }
    return rows
  })
}

/**
 * A market drawn at random over these days: prices and quantities of eight decimals, trades of one instant, one symbol
 * that trades only from the second day on, and one that is filled and never trades. On the first day, and fixed, HALF:
 * its products, its VWAP and what its short position is worth all lie half-way between two decimals; and LARGE, as
 * large as contracts let it be.
 */
export function marketOf(random: () => number, days: readonly [string, ...string[]]): SmallMarket {
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = <const T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0]
  const noon = (date: string) => Date.parse(`${date}T12:00:00Z`)
  let id = 10
  const drawn = (symbol: string, date: string): Tick => {
    id += 1
    const [price, quantity] = [BigInt(1 + below(2 ** 42)), BigInt(1 + below(2 ** 34))]
    return { id, symbol, date, at: noon(date) + below(4) * 1001, price, quantity }
  }
  const trading = (date: string) => (date === days[0] ? ['BTC', 'ETH'] : ['BTC', 'ETH', 'NEW'])
  const half = { symbol: 'HALF', date: days[0], at: noon(days[0]) }
  const large = { symbol: 'LARGE', price: 1_234_567_890_123_412_345_678n, quantity: 9_876_543_210_987_687_654_321n }
  return {
    ticks: [
      ...days.flatMap((date) =>
        trading(date).flatMap((symbol) => Array.from({ length: 8 }, () => drawn(symbol, date))),
      ),
      { ...half, id: 1, price: 1n, quantity: 190_000_000n },
      { ...half, id: 2, price: 5n, quantity: 10_000_000n },
    ],
    fills: [
      ...days.flatMap((date) =>
        Array.from(
          { length: 12 },
          (): Fill => ({
            ...drawn(pick(['BTC', 'ETH', 'NEW', 'OLD']), date),
            account: pick(['ann', 'bob']),
            side: pick(['buy', 'sell']),
            fee: BigInt(below(2 ** 30)) - 2n ** 28n,
          }),
        ),
      ),
      { ...half, ...large, id: 4, account: 'bob', side: 'buy', fee: 1n },
      { ...half, id: 3, price: 5n, quantity: 10_000_000n, account: 'ann', side: 'sell', fee: 0n },
    ],
  }
}
