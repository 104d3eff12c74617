import { expect, test } from 'vitest'
import { noStatistics } from '#feeds/binance/statistics.ts'
import { complaintOf } from '#lambdas/binance-relay/relay-trades.ts'

const well = {
  ...noStatistics(),
  connected: 2,
  received: 20_000,
  trades: { BTCUSDT: 9_999, ETHUSDT: 1 },
  open: 0,
  is_superseded: true,
}
const complaint = (more: object) => complaintOf({ ...well, ...more }, 'https://api.binance.com')

test('a run that went well, with whatever was made good, needs nobody', () => {
  expect(complaint({ disconnected: 9, gaps: 3, filled: 70, unreadable: 1, rest_throttled: 1, open: 5 })).toBeUndefined()
  expect(complaint({ received: 50, trades: { BTCUSDT: 50, ETHUSDT: 0 } })).toBeUndefined()
})

test.each([
  ['no connection', { connected: 0, received: 0, trouble: 'refused' }, 'could not be reached at all (refused)'],
  ['no trade', { received: 0, trades: {} }, 'sent no trade: are the symbols its own?'],
  ['a loss', { lost: 3 }, '3 trades of Binance are lost'],
  ['ids that began anew', { anew: 1 }, 'went far back'],
  ['a new form', { strangenesses: ['stream: has X'] }, 'in a form that is not known (stream: has X)'],
  ['a symbol that is none', { trades: { BTCUSDT: 20_000, BTCUSD: 0 } }, 'No trade of BTCUSD came'],
])('%s is somebody’s business', (_what, more, says) => expect(complaint(more)).toContain(says))
