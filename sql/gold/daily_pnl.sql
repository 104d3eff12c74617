/*
doc: One row per account, symbol and trade date on which it traded, or began or ended with a position.
grain: [account, symbol, trade_date]
day: trade_date
schedule: market_close
# Positions and cash run on: a changed day moves every day behind it.
affects: later
columns:
  account:      {type: varchar, doc: Whose position it is.}
  symbol:       {type: varchar, doc: The venue's symbol.}
  trade_date:   {type: date, doc: "Trading day: it closes at 17:00 in New York, when the next one begins."}
  fills:        {type: bigint, doc: Number of fills on the day.}
  bought:       {type: "decimal(38,8)", unit: base currency, doc: Units bought on the day.}
  sold:         {type: "decimal(38,8)", unit: base currency, doc: Units sold on the day.}
  cash_flow:    {type: "decimal(38,8)", unit: quote currency,
                 doc: "Money into the account on the day: what was sold, minus what was bought, minus fees. Each fill's
                       notional is rounded once to eight decimals, half away from zero; the sums are exact."}
  fees:         {type: "decimal(38,8)", unit: quote currency,
                 doc: "Paid to the venue on the day; negative where rebates were more."}
  position:     {type: "decimal(38,8)", unit: base currency,
                 doc: "Units held at the day's end, from all fills up to it; below zero when short."}
  mark_price:   {type: "decimal(38,8)", unit: quote currency,
                 doc: "Last close of the symbol up to and including the day; where it never traded, the last fill's
                       price."}
  market_value: {type: "decimal(38,8)", unit: quote currency,
                 doc: "Position × mark price, rounded once to eight decimals, half away from zero."}
  net_pnl:      {type: "decimal(38,8)", unit: quote currency,
                 doc: "All cash since the first fill, fees included, plus market value: what the account would have made
                       had it closed the position at the mark."}
  day_pnl:      {type: "decimal(38,8)", unit: quote currency,
                 doc: "Net PnL minus that of the day before, which is marked at that day's own price."}
checks:
  - {expect: mark_price > 0}
  - {expect: bought >= 0 and sold >= 0}
  - {expect: fills > 0 or (bought = 0 and sold = 0 and cash_flow = 0)}
  - {expect: position <> 0 or market_value = 0}
*/
with fills_so_far as (
  select
    *,
    trade_date = :day                           as is_of_day,
    row(executed_at, log_partition, log_offset) as place
  from gold.fact_fills
  where trade_date <= :day
),

books as (
  select
    account,
    symbol,
    count_if(is_of_day)                                                   as fills,
    coalesce(sum(quantity) filter (where is_of_day and side = 'buy'), 0)  as bought,
    coalesce(sum(quantity) filter (where is_of_day and side = 'sell'), 0) as sold,
    coalesce(sum(cash_flow) filter (where is_of_day), 0)                  as cash_flow,
    coalesce(sum(fee) filter (where is_of_day), 0)                        as fees,
    sum(signed_quantity)                                                  as position,
    sum(cash_flow)                                                        as cash,
    max_by(price, place)                                                  as last_fill_price,
    coalesce(sum(signed_quantity) filter (where not is_of_day), 0)        as position_before,
    coalesce(sum(cash_flow) filter (where not is_of_day), 0)              as cash_before,
    max_by(price, place) filter (where not is_of_day)                     as last_fill_price_before
  from fills_so_far
  group by account, symbol
),

closes as (
  select
    symbol,
    max_by(close_price, trade_date)                                  as close_price,
    max_by(close_price, trade_date) filter (where trade_date < :day) as close_price_before
  from gold.ohlc_daily
  where trade_date <= :day
  group by symbol
),

marked as (
  select
    books.*,
    coalesce(closes.close_price, books.last_fill_price)               as mark_price,
    coalesce(closes.close_price_before, books.last_fill_price_before) as mark_price_before
  from books
  left join closes on closes.symbol = books.symbol
  where books.fills > 0 or books.position <> 0 or books.position_before <> 0
),

valued as (
  select
    *,
    -- Whole units apart from the rest: a product has sixteen decimals, and at 22 digits before them it would overflow.
    truncate(position) * mark_price
      + cast(position % 1 * mark_price as decimal(38,8))                       as market_value,
    -- Without a fill before the day there was nothing to mark, and nothing to value.
    coalesce(
      truncate(position_before) * mark_price_before
        + cast(position_before % 1 * mark_price_before as decimal(38,8)), 0) as market_value_before
  from marked
)

select
  account,
  symbol,
  :day                                                    as trade_date,
  fills,
  bought,
  sold,
  cash_flow,
  fees,
  position,
  mark_price,
  market_value,
  cash + market_value                                     as net_pnl,
  cash + market_value - cash_before - market_value_before as day_pnl
from valued
