CREATE TABLE IF NOT EXISTS silver.fills (
  `event_id` string,
  `execution_id` string,
  `account` string,
  `symbol` string,
  `executed_at` timestamp,
  `side` string,
  `price` decimal(38,8),
  `quantity` decimal(38,8),
  `fee` decimal(38,8),
  `order_id` string,
  `received_at` timestamp,
  `notional` decimal(38,8),
  `is_late` boolean,
  `schema_version` int,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `trade_date` date
)
PARTITIONED BY (`trade_date`)
LOCATION '${lake}/silver/fills/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS silver.ticks (
  `event_id` string,
  `venue` string,
  `symbol` string,
  `trade_id` string,
  `traded_at` timestamp,
  `price` decimal(38,8),
  `quantity` decimal(38,8),
  `taker_side` string,
  `received_at` timestamp,
  `notional` decimal(38,8),
  `is_late` boolean,
  `schema_version` int,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `trade_date` date
)
PARTITIONED BY (`trade_date`)
LOCATION '${lake}/silver/ticks/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS gold.fact_fills (
  `execution_id` string,
  `account` string,
  `symbol` string,
  `order_id` string,
  `side` string,
  `log_partition` int,
  `log_offset` string,
  `trade_date` date,
  `price` decimal(38,8),
  `quantity` decimal(38,8),
  `signed_quantity` decimal(38,8),
  `notional` decimal(38,8),
  `fee` decimal(38,8),
  `cash_flow` decimal(38,8),
  `is_late` boolean,
  `executed_at` timestamp,
  `received_at` timestamp
)
PARTITIONED BY (`trade_date`)
LOCATION '${lake}/gold/fact_fills/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS gold.ohlc_daily (
  `symbol` string,
  `trade_date` date,
  `open_price` decimal(38,8),
  `high_price` decimal(38,8),
  `low_price` decimal(38,8),
  `close_price` decimal(38,8),
  `volume` decimal(38,8),
  `notional` decimal(38,8),
  `vwap` decimal(38,8),
  `trades` bigint,
  `first_traded_at` timestamp,
  `last_traded_at` timestamp
)
PARTITIONED BY (`trade_date`)
LOCATION '${lake}/gold/ohlc_daily/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS gold.daily_pnl (
  `account` string,
  `symbol` string,
  `trade_date` date,
  `fills` bigint,
  `bought` decimal(38,8),
  `sold` decimal(38,8),
  `cash_flow` decimal(38,8),
  `fees` decimal(38,8),
  `position` decimal(38,8),
  `mark_price` decimal(38,8),
  `market_value` decimal(38,8),
  `net_pnl` decimal(38,8),
  `day_pnl` decimal(38,8)
)
PARTITIONED BY (`trade_date`)
LOCATION '${lake}/gold/daily_pnl/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS gold.latest_price (
  `symbol` string,
  `price` decimal(38,8),
  `trade_date` date,
  `traded_at` timestamp
)
LOCATION '${lake}/gold/latest_price/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');
