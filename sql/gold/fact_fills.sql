/*
doc: One row per fill of an account's order. Quantities and money carry their sign, so that sums are positions and cash.
grain: [execution_id]
day: trade_date
schedule: hourly
columns:
  execution_id:    {type: varchar, doc: The broker's id of this fill.}
  account:         {type: varchar, doc: Whose order it was.}
  symbol:          {type: varchar, doc: The venue's symbol.}
  order_id:        {type: varchar, doc: The order that it filled; null where the broker names none.}
  side:            {type: varchar, doc: "The account's side: buy or sell."}
  log_partition:   {type: integer, doc: "Partition of the log: with log_offset it orders fills of one instant."}
  log_offset:      {type: varchar, doc: "Offset in the partition, zero-padded, so that it sorts as the number does."}
  trade_date:      {type: date, doc: "Trading day: it closes at 17:00 in New York, when the next one begins."}
  price:           {type: "decimal(38,8)", unit: quote currency, doc: Price of one unit.}
  quantity:        {type: "decimal(38,8)", unit: base currency, doc: "Units filled, above zero."}
  signed_quantity: {type: "decimal(38,8)", unit: base currency,
                    doc: "Units into the account: above zero for a buy, below for a sell."}
  notional:        {type: "decimal(38,8)", unit: quote currency,
                    doc: "Price × quantity, rounded once to eight decimals, half away from zero."}
  fee:             {type: "decimal(38,8)", unit: quote currency, doc: Paid to the venue; negative for a rebate.}
  cash_flow:       {type: "decimal(38,8)", unit: quote currency,
                    doc: "Money into the account: plus a sell's notional, minus a buy's, minus the fee."}
  is_late:         {type: boolean, doc: "Received more than five minutes after it happened."}
  executed_at:     {type: timestamp(6), doc: "When the order matched; UTC."}
  received_at:     {type: timestamp(6), doc: "When the platform received it; UTC."}
checks:
  - {expect: "side in ('buy', 'sell')"}
  - {expect: price > 0}
  - {expect: abs(signed_quantity) = quantity}
  - {expect: abs(cash_flow + fee) = notional}
*/
with fills_of_day as (
  select * from silver.fills where trade_date = :day
),

signed as (
  select
    *,
    if(side = 'buy', quantity, -quantity)       as signed_quantity,
    if(side = 'buy', -notional, notional) - fee as cash_flow
  from fills_of_day
)

select
  execution_id,
  account,
  symbol,
  order_id,
  side,
  log_partition,
  log_offset,
  trade_date,
  price,
  quantity,
  signed_quantity,
  notional,
  fee,
  cash_flow,
  is_late,
  executed_at,
  received_at
from signed
