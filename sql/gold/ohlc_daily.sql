/*
doc: One row per symbol and trade date on which it traded. Late trades count on the day on which they happened.
grain: [symbol, trade_date]
day: trade_date
schedule: market_close
columns:
  symbol:          {type: varchar, doc: The venue's symbol.}
  trade_date:      {type: date, doc: "Trading day: it closes at 17:00 in New York, when the next one begins."}
  open_price:      {type: "decimal(38,8)", unit: quote currency,
                    doc: "First price of the day; trades of one instant stand in the order of the log."}
  high_price:      {type: "decimal(38,8)", unit: quote currency, doc: Highest price.}
  low_price:       {type: "decimal(38,8)", unit: quote currency, doc: Lowest price.}
  close_price:     {type: "decimal(38,8)", unit: quote currency, doc: "Last price of the day, in the same order."}
  volume:          {type: "decimal(38,8)", unit: base currency, doc: Units traded.}
  notional:        {type: "decimal(38,8)", unit: quote currency,
                    doc: "Sum of price × quantity, each product rounded once to eight decimals, half away from zero."}
  vwap:            {type: "decimal(38,8)", unit: quote currency,
                    doc: "Notional ÷ volume, rounded once to eight decimals, half away from zero."}
  trades:          {type: bigint, doc: Number of trades.}
  first_traded_at: {type: timestamp(6), doc: When the first trade of the day matched; UTC.}
  last_traded_at:  {type: timestamp(6), doc: When the last one did; UTC.}
checks:
  - {expect: "low_price <= least(open_price, close_price)"}
  - {expect: "high_price >= greatest(open_price, close_price)"}
  - {expect: low_price > 0}
  - {expect: volume > 0}
  - {expect: notional >= 0}
  - {expect: vwap >= 0}
  - {expect: trades > 0}
  - {expect: first_traded_at <= last_traded_at}
*/
with ticks_of_day as (
  select
    *,
    row(traded_at, log_partition, log_offset) as place
  from silver.ticks
  where trade_date = :day
),

bars as (
  select
    symbol,
    trade_date,
    min_by(price, place) as open_price,
    max(price)           as high_price,
    min(price)           as low_price,
    max_by(price, place) as close_price,
    sum(quantity)        as volume,
    sum(notional)        as notional,
    count(*)             as trades,
    min(traded_at)       as first_traded_at,
    max(traded_at)       as last_traded_at
  from ticks_of_day
  group by symbol, trade_date
)

select
  symbol,
  trade_date,
  open_price,
  high_price,
  low_price,
  close_price,
  volume,
  notional,
  notional / volume as vwap,
  trades,
  first_traded_at,
  last_traded_at
from bars
