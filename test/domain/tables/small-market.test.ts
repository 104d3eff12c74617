import { expect, test } from 'vitest'
import { seeded } from '../../contracts/random.ts'
import { goldOf, marketOf } from './small-market.ts'

test('what gold is compared with rounds a half away from zero, above and below', () => {
  const gold = goldOf(marketOf(seeded(1), ['2026-11-18']))
  expect(gold['gold.ohlc_daily']?.find(({ symbol }) => symbol === 'HALF')).toMatchObject({
    open_price: '0.00000001',
    close_price: '0.00000005',
    volume: '2.00000000',
    notional: '0.00000003',
    vwap: '0.00000002',
  })
  expect(gold['gold.daily_pnl']?.find(({ symbol }) => symbol === 'HALF')).toMatchObject({
    position: '-0.10000000',
    cash_flow: '0.00000001',
    market_value: '-0.00000001',
    net_pnl: '0.00000000',
  })
})
