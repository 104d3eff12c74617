/** Rows of a lake that has been refreshed, for the day before the small market's: runs of each outcome, bars, refusals. */
export const GOLDEN_LAKE = `
insert into lodestream_local_gold.ohlc_daily values
  ('BTCUSDT', '2026-01-02', 39000, 41000.5, 38500, 40100.25, 12.5, 500000, 40000, 1201),
  ('BTCUSDT', '2026-01-03', 40100.25, 40900, 39800, 40000, 11, 441000, 40090.90909091, 1102),
  ('BTCUSDT', '2026-01-04', 40000, 42345.67890001, 39900, 42000, 20, 824000.00000001, 41200, 2001);
insert into lodestream_local_ops.runs values
  ('20260105T080000-3f2a', 'silver.ticks', '2026-01-04', 'published', '2026-01-05T08:00:00.000Z', '2026-01-05T08:00:14.000Z',
    4304, 0, 0, 4400, '[]', null, 'published', 'arn:1', '2026-01-05'),
  ('20260105T080000-3f2a', 'gold.ohlc_daily', '2026-01-04', 'published', '2026-01-05T08:00:15.000Z', '2026-01-05T08:00:20.000Z',
    20, 1, 2, 4400, '[{"rule":"trades between 100 and 5000000","rows":1}]', null, 'published', 'arn:2', '2026-01-05'),
  ('20260105T090000-77aa', 'gold.ohlc_daily', '2026-01-04', 'unchanged', '2026-01-05T09:00:15.000Z', '2026-01-05T09:00:18.000Z',
    0, 0, 0, 4400, '[]', null, 'nothing differs', 'arn:3', '2026-01-05'),
  ('20260105T113000-0c01', 'gold.daily_pnl', '2026-01-04', 'failed', '2026-01-05T11:30:00.000Z', '2026-01-05T11:30:09.000Z',
    0, 0, 0, 4400, '[]', 'CheckFailed', 'fees >= 0 fails for 3 rows: nothing was published.', 'arn:4', '2026-01-05'),
  ('20260105T080000-3f2a', 'gold.latest_price', '', 'published', '2026-01-05T08:00:21.000Z', '2026-01-05T08:00:25.000Z',
    20, 0, 0, null, '[]', null, 'published', 'arn:5', '2026-01-05');
insert into lodestream_local_ops.quarantine values
  ('2026-01-05 10:00:00', '2026-01-05 10:00:00', 'market_data_raw', 1, '00000000000000000007', 'contract', 'price_not_positive',
    'price: -3 is not positive', 'AA==', null, '2026-01-05'),
  ('2026-01-05 10:00:01', '2026-01-05 10:00:01', 'market_data_raw', 1, '00000000000000000008', 'contract', 'price_not_positive',
    'price: 0 is not positive', 'AA==', null, '2026-01-05'),
  ('2026-01-04 10:00:01', '2026-01-04 10:00:01', 'trades_raw', 0, '00000000000000000001', 'decode', 'unknown_schema',
    'no schema version 7 is registered', 'AA==', null, '2026-01-04');
`
