import type { EventDefinition } from '#domain/events/define-event.ts'
import { fill } from '#domain/events/fill.ts'
import { lands, silverColumns } from '#domain/events/silver-columns.ts'
import { tick } from '#domain/events/tick.ts'
import { type Fill, instant, notionalOf, offsetOf, type SmallMarket, spelled, type Tick } from './small-market.ts'

const ended = (tick: Tick): string =>
  `decimal '${spelled(notionalOf(tick))}', false, 1, timestamp '${instant(tick.at)}', 'log', 0, '${offsetOf(tick)}', date '${tick.date}'`

/** The columns of an event's silver table that the rows below give, in their order: they are in no group. */
const columnsOf = (definition: EventDefinition): string =>
  (lands(definition) ? silverColumns(definition) : [])
    .filter(({ name }) => name !== 'symbol_group')
    .map(({ name }) => `"${name}"`)
    .join(', ')

/** A tick as a row of VALUES, in the order of those columns. */
const tickRow = (tick: Tick): string =>
  `('tick|${tick.id}', 'v', '${tick.symbol}', '${tick.id}', timestamp '${instant(tick.at)}', decimal '${spelled(tick.price)}', decimal '${spelled(tick.quantity)}', 'buy', timestamp '${instant(tick.at)}', ${ended(tick)})`

/** A fill as a row of VALUES, in the order of those columns. */
const fillRow = (fill: Fill): string =>
  `('fill|${fill.id}', 'e${fill.id}', '${fill.account}', '${fill.symbol}', timestamp '${instant(fill.at)}', '${fill.side}', decimal '${spelled(fill.price)}', decimal '${spelled(fill.quantity)}', decimal '${spelled(fill.fee)}', null, timestamp '${instant(fill.at)}', ${ended(fill)})`

/** Statements that put a market's rows into the silver tables of stage local. */
export const insertsOf = ({ ticks, fills }: SmallMarket): readonly string[] => [
  ...(ticks.length === 0
    ? []
    : [`INSERT INTO "lodestream_local_silver"."ticks" (${columnsOf(tick)}) VALUES ${ticks.map(tickRow).join(', ')}`]),
  ...(fills.length === 0
    ? []
    : [`INSERT INTO "lodestream_local_silver"."fills" (${columnsOf(fill)}) VALUES ${fills.map(fillRow).join(', ')}`]),
]
