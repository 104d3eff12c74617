import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { read, rollUp } from '#domain/metrics/bucket.ts'
import { handledRecords } from '#domain/metrics/handled-records.ts'
import { latestPrice } from '#domain/metrics/latest-price.ts'
import { ohlc } from '#domain/metrics/ohlc.ts'
import { position } from '#domain/metrics/position.ts'
import type { HotView, LogRecord } from '#domain/ports.ts'

/** Everything that readers see of a log, as plain text by name. */
export type Seen = Readonly<Record<string, string>>

/** What the hot store answers. */
export async function seenIn(view: HotView): Promise<Seen> {
  const seen: Record<string, string> = {}
  for (const { entity, states } of await view.readAll(latestPrice)) {
    const { price, quantity, traded_at } = read(latestPrice, states)
    seen[`latest ${entity}`] = `${price} ${quantity} ${traded_at}`
    const bars = rollUp(ohlc, await view.read(ohlc, entity, traded_at - 600_000, traded_at + 60_000))
    for (const [start, bar] of bars) {
      const { open, high, low, close, volume, notional, trades } = bar
      seen[`bar ${entity} ${start}`] = [open, high, low, close, volume, notional, trades].join(' ')
    }
  }
  for (const { entity, states } of await view.readAll(position)) {
    const { quantity, cash, fees } = read(position, states)
    seen[`position ${entity}`] = [quantity, cash, fees].join(' ')
  }
  for (const { entity, states } of await view.readAll(handledRecords)) {
    seen[`handled ${entity}`] = `${read(handledRecords, states)}`
  }
  return sorted(seen)
}

/** What a log has to come to, worked out event by event and without any of the platform's aggregates. */
export async function expectedOf(records: readonly LogRecord[]): Promise<Seen> {
  const { events, rejected } = await decodeRecords(records)
  const ids = new Set<string>()
  const outcomes: Record<string, number> = {}
  const tally = (topic: string, outcome: string) => {
    const name = `handled ${topic},${outcome}`
    outcomes[name] = (outcomes[name] ?? 0) + 1
  }
  const ticks: { symbol: string; at: number; offset: bigint; price: bigint; quantity: bigint }[] = []
  const positions = new Map<string, { quantity: bigint; cash: bigint; fees: bigint }>()
  for (const { record, code } of rejected) tally(record.topic, code)
  for (const { event, id, at, record } of events) {
    if (ids.has(id)) {
      tally(record.topic, 'duplicate')
      continue
    }
    ids.add(id)
    const late = event.received_at - at > 300_000
    const [price, quantity] = [BigInt(String(event.price)), BigInt(String(event.quantity))]
    if (event.type === 'tick') {
      tally(record.topic, late ? 'late' : 'counted')
      if (!late) ticks.push({ symbol: String(event.symbol), at, offset: record.offset, price, quantity })
    } else {
      tally(record.topic, late ? 'counted_late' : 'counted')
      const name = `position ${event.account},${event.symbol}`
      const held = positions.get(name) ?? { quantity: 0n, cash: 0n, fees: 0n }
      const sign = event.side === 'buy' ? 1n : -1n
      held.quantity += sign * quantity
      held.cash -= sign * product(price, quantity)
      held.fees += BigInt(String(event.fee))
      positions.set(name, held)
    }
  }
  const seen: Record<string, string> = {}
  const bySymbol = Object.groupBy(ticks, ({ symbol }) => symbol)
  for (const [symbol, ofSymbol] of Object.entries(bySymbol)) {
    const ordered = (ofSymbol ?? []).toSorted((a, b) => a.at - b.at || Number(a.offset - b.offset))
    const newest = ordered.at(-1)
    if (newest) seen[`latest ${symbol}`] = `${newest.price} ${newest.quantity} ${newest.at}`
    for (const [start, bar] of Object.entries(Object.groupBy(ordered, ({ at }) => at - (at % 60_000)))) {
      const prices = (bar ?? []).map(({ price }) => price)
      const byPrice = prices.toSorted((a, b) => (a < b ? -1 : 1))
      const [low, high] = [byPrice[0], byPrice.at(-1)]
      const volume = (bar ?? []).reduce((sum, { quantity }) => sum + quantity, 0n)
      const notional = (bar ?? []).reduce((sum, { price, quantity }) => sum + product(price, quantity), 0n)
      seen[`bar ${symbol} ${start}`] = [prices[0], high, low, prices.at(-1), volume, notional, prices.length].join(' ')
    }
  }
  for (const [name, { quantity, cash, fees }] of positions) seen[name] = [quantity, cash, fees].join(' ')
  for (const [name, count] of Object.entries(outcomes)) seen[name] = `${count}`
  return sorted(seen)
}

/** a × b at eight places, half away from zero; both are positive here. */
const product = (a: bigint, b: bigint): bigint => (a * b * 2n + 100_000_000n) / 200_000_000n

const sorted = (seen: Record<string, string>): Seen =>
  Object.fromEntries(Object.entries(seen).toSorted(([a], [b]) => (a < b ? -1 : 1)))
