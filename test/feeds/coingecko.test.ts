import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mapCoingecko } from '#feeds/coingecko.ts'

const receivedAt = Date.UTC(2026, 5, 4, 22, 34)
const markets = readFileSync(new URL('payloads/coingecko-markets.json', import.meta.url), 'utf8')

describe("CoinGecko's markets", () => {
  const { emissions, refused, leftOut } = mapCoingecko(markets, receivedAt)

  it('are snapshots, every figure as exact as it was spelled', () => {
    expect(emissions.map(({ event }) => event)).toEqual([
      {
        type: 'market_snapshot',
        source: 'coingecko',
        asset_id: 'bitcoin',
        symbol: 'BTC',
        observed_at: Date.UTC(2026, 5, 4, 22, 33, 47, 580),
        price: 63_284_00000000n,
        market_cap: 1_267_868_367_992_00000000n,
        market_cap_rank: 1,
        volume_24h: 66_737_105_144_00000000n,
        high_24h: 65_111_00000000n,
        low_24h: 61_557_00000000n,
        change_24h: -2_80525000n,
        received_at: receivedAt,
      },
      {
        type: 'market_snapshot',
        source: 'coingecko',
        asset_id: 'shiba-inu',
        symbol: 'SHIB',
        observed_at: Date.UTC(2026, 5, 4, 22, 33, 44, 912),
        // 0.000008715 has nine places: the ninth, a five, rounds away from zero.
        price: 872n,
        market_cap: 5_136_443_009_98765432n,
        market_cap_rank: 27,
        volume_24h: 160_302_216_00000000n,
        high_24h: 901n,
        low_24h: 862n,
        change_24h: -2_98234000n,
        received_at: receivedAt,
      },
      {
        type: 'market_snapshot',
        source: 'coingecko',
        asset_id: 'a-coin-of-nobody',
        symbol: 'NOB',
        observed_at: Date.UTC(2026, 5, 4, 22, 30),
        price: 50000000n,
        received_at: receivedAt,
      },
    ])
    expect(emissions.every(({ at }) => at === receivedAt)).toBe(true)
  })

  it('refuses a market without a price, and says so, with what was sent', () => {
    expect(leftOut).toBe(0)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({ code: 'observed_at_missing' })
    expect(refused[0]?.reason).toContain('price: is missing')
    expect(JSON.parse(refused[0]?.original ?? '')).toMatchObject({ id: 'delisted-coin', current_price: null })
  })

  it('keeps the digits of a refused market as they were spelled', () => {
    const { refused } = mapCoingecko('[{"id":"x","symbol":"x","current_price":1.10e-30}]', receivedAt)
    expect(refused[0]?.original).toBe('{"id":"x","symbol":"x","current_price":1.10e-30}')
    expect(refused[0]?.reason).toContain('price: 0 is not positive')
  })

  it.each([
    ['', 'payload_malformed'],
    ['[{"id":"bitcoin","symb', 'payload_malformed'],
    ['<html><body>Just a moment…</body></html>', 'payload_malformed'],
    ['{"status":{"error_code":429,"error_message":"You have exceeded the Rate Limit"}}', 'payload_unexpected'],
    ['null', 'payload_unexpected'],
  ])('refuses %j whole', (payload, code) => {
    expect(mapCoingecko(payload, receivedAt)).toMatchObject({ emissions: [], refused: [{ code, original: payload }] })
  })

  it.each(['[null]', '[7]', '["x"]', '[[]]', '[{}]', '[{"id":{},"symbol":[],"current_price":"1","last_updated":5}]'])(
    'refuses the item of %s and throws nothing',
    (payload) => {
      expect(mapCoingecko(payload, receivedAt)).toMatchObject({ emissions: [], refused: [{}] })
    },
  )
})
