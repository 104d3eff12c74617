/*
doc: One row per symbol that ever traded. Its last price that has landed in the lake; the live one is the API's.
grain: [symbol]
schedule: hourly
columns:
  symbol:     {type: varchar, doc: "The venue's symbol."}
  price:      {type: "decimal(38,8)", unit: quote currency, doc: "Close of its newest bar."}
  trade_date: {type: date, doc: "Trading day of that bar."}
  traded_at:  {type: timestamp(6), doc: "When it last traded; UTC."}
checks:
  - {expect: price > 0}
*/
with newest as (
  select
    symbol,
    max(trade_date)                    as trade_date,
    max_by(close_price, trade_date)    as price,
    max_by(last_traded_at, trade_date) as traded_at
  from gold.ohlc_daily
  group by symbol
)

select
  symbol,
  price,
  trade_date,
  traded_at
from newest
