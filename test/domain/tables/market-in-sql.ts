import { type Fill, instant, notionalOf, offsetOf, type SmallMarket, spelled, type Tick } from './small-market.ts'

const ended = (tick: Tick): string =>
  `decimal '${spelled(notionalOf(tick))}', false, 1, timestamp '${instant(tick.at)}', 'log', 0, '${offsetOf(tick)}', date '${tick.date}'`

/** A tick as a row of VALUES, in the order of silver.ticks. */
const tickRow = (tick: Tick): string =>
  `('tick|${tick.id}', 'v', '${tick.symbol}', '${tick.id}', timestamp '${instant(tick.at)}', decimal '${spelled(tick.price)}', decimal '${spelled(tick.quantity)}', 'buy', timestamp '${instant(tick.at)}', ${ended(tick)})`

/** A fill as a row of VALUES, in the order of silver.fills. */
const fillRow = (fill: Fill): string =>
  `('fill|${fill.id}', 'e${fill.id}', '${fill.account}', '${fill.symbol}', timestamp '${instant(fill.at)}', '${fill.side}', decimal '${spelled(fill.price)}', decimal '${spelled(fill.quantity)}', decimal '${spelled(fill.fee)}', null, timestamp '${instant(fill.at)}', ${ended(fill)})`

/** Statements that put a market's rows into the silver tables of stage local. */
export const insertsOf = ({ ticks, fills }: SmallMarket): readonly string[] => [
  ...(ticks.length === 0
    ? []
    : [`INSERT INTO "lodestream_local_silver"."ticks" VALUES ${ticks.map(tickRow).join(', ')}`]),
  ...(fills.length === 0
    ? []
    : [`INSERT INTO "lodestream_local_silver"."fills" VALUES ${fills.map(fillRow).join(', ')}`]),
]
