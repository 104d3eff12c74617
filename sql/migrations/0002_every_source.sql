CREATE TABLE IF NOT EXISTS silver.daily_bars (
  `event_id` string,
  `source` string,
  `symbol` string,
  `closed_at` timestamp,
  `open` decimal(38,8),
  `high` decimal(38,8),
  `low` decimal(38,8),
  `close` decimal(38,8),
  `volume` decimal(38,8),
  `received_at` timestamp,
  `is_late` boolean,
  `schema_version` int,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `trade_date` date
)
PARTITIONED BY (`trade_date`)
LOCATION '${lake}/silver/daily_bars/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

ALTER TABLE silver.fills ADD COLUMNS (
  `symbol_group` string
);

CREATE TABLE IF NOT EXISTS silver.market_snapshots (
  `event_id` string,
  `source` string,
  `asset_id` string,
  `symbol` string,
  `observed_at` timestamp,
  `price` decimal(38,8),
  `market_cap` decimal(38,8),
  `market_cap_rank` bigint,
  `volume_24h` decimal(38,8),
  `high_24h` decimal(38,8),
  `low_24h` decimal(38,8),
  `change_24h` decimal(38,8),
  `received_at` timestamp,
  `is_late` boolean,
  `schema_version` int,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/market_snapshots/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS silver.news_items (
  `event_id` string,
  `item_id` string,
  `provider` string,
  `publisher` string,
  `published_at` timestamp,
  `title` string,
  `url` string,
  `summary` string,
  `symbols` string,
  `received_at` timestamp,
  `is_late` boolean,
  `schema_version` int,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/news_items/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS silver.page_views (
  `event_id` string,
  `schema_version` string,
  `idempotency_key` string,
  `user_id` string,
  `device` string,
  `ip_token` string,
  `viewed_at` timestamp,
  `path` string,
  `referrer` string,
  `received_at` timestamp,
  `is_late` boolean,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/page_views/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS silver.payment_failures (
  `event_id` string,
  `schema_version` string,
  `idempotency_key` string,
  `user_id` string,
  `device` string,
  `ip_token` string,
  `failed_at` timestamp,
  `order_id` string,
  `item` string,
  `plan` string,
  `amount` decimal(38,8),
  `currency` string,
  `failure_reason` string,
  `received_at` timestamp,
  `is_late` boolean,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/payment_failures/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS silver.plan_changes (
  `event_id` string,
  `schema_version` string,
  `idempotency_key` string,
  `user_id` string,
  `device` string,
  `ip_token` string,
  `changed_at` timestamp,
  `from_plan` string,
  `to_plan` string,
  `received_at` timestamp,
  `is_late` boolean,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/plan_changes/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS silver.purchases (
  `event_id` string,
  `schema_version` string,
  `idempotency_key` string,
  `user_id` string,
  `device` string,
  `ip_token` string,
  `purchased_at` timestamp,
  `order_id` string,
  `item` string,
  `plan` string,
  `amount` decimal(38,8),
  `currency` string,
  `received_at` timestamp,
  `is_late` boolean,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/purchases/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

CREATE TABLE IF NOT EXISTS silver.sentiments (
  `event_id` string,
  `source` string,
  `index_name` string,
  `measured_at` timestamp,
  `value` bigint,
  `classification` string,
  `received_at` timestamp,
  `is_late` boolean,
  `schema_version` int,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/sentiments/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');

ALTER TABLE silver.ticks ADD COLUMNS (
  `symbol_group` string
);

CREATE TABLE IF NOT EXISTS silver.user_signups (
  `event_id` string,
  `schema_version` string,
  `idempotency_key` string,
  `user_id` string,
  `device` string,
  `ip_token` string,
  `signed_up_at` timestamp,
  `plan` string,
  `email_token` string,
  `country` string,
  `channel` string,
  `received_at` timestamp,
  `is_late` boolean,
  `appended_at` timestamp,
  `log_topic` string,
  `log_partition` int,
  `log_offset` string,
  `event_date` date
)
PARTITIONED BY (`event_date`)
LOCATION '${lake}/silver/user_signups/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');
