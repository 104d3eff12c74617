import { expect, test } from 'vitest'
import { Refusal } from '#domain/refusal.ts'
import { wireRelay } from '#lambdas/binance-relay/wiring.ts'

const environment = {
  SYMBOLS: ' btcusdt,ETHUSDT,BTCUSDT',
  BINANCE_STREAM: 'wss://stream.binance.com:9443',
  BINANCE_REST: 'https://api.binance.com',
  QUEUE_URL: 'http://127.0.0.1:1/queue',
  STATE_BUCKET: 'state',
  STATE_PREFIX: 'feeds/binance/',
  RUN_SECONDS: '780',
  AWS_REGION: 'us-east-1',
}

test('symbols are taken in capitals, each once', async () => {
  const { begin, lastsMs } = wireRelay(environment)
  const { symbols, sink } = await begin('run', { warn: () => undefined, error: () => undefined })
  expect([symbols, lastsMs]).toEqual([['BTCUSDT', 'ETHUSDT'], 780_000])
  await sink.close()
})

test.each([
  ['SYMBOLS', ''],
  ['SYMBOLS', 'BTCUSDT,'],
  ['SYMBOLS', 'BTC/USDT'],
  ['RUN_SECONDS', '0'],
  ['RUN_SECONDS', '841'],
  ['RUN_SECONDS', 'long'],
  ['QUEUE_URL', ''],
])('%s as %j is refused in a sentence that names it', (name, value) => {
  expect(() => wireRelay({ ...environment, [name]: value })).toThrow(Refusal)
  expect(() => wireRelay({ ...environment, [name]: value })).toThrow(name)
})
