import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { enricherOf } from '#domain/events/enrich.ts'
import { fill } from '#domain/events/fill.ts'
import { groupOfSymbol, symbolGroups } from '#domain/events/symbol-groups.ts'
import { tick } from '#domain/events/tick.ts'

test('the seed file has exactly the groups that events are enriched with', () => {
  const seed = readFileSync(new URL('../../../sql/seeds/symbol_groups.csv', import.meta.url), 'utf8')
  const rows = symbolGroups.flatMap(({ id, name, symbols }) => symbols.map((symbol) => [symbol, id, name].join(',')))
  expect(seed).toBe(`${['symbol,group_id,group_name', ...rows].join('\n')}\n`)
})

test('a symbol belongs to one group, and the groups of seed 003 are there', () => {
  expect(groupOfSymbol.size).toBe(symbolGroups.flatMap(({ symbols }) => symbols).length)
  expect(symbolGroups.map(({ name }) => name)).toEqual(expect.arrayContaining(['Technology', 'Defense']))
})

test.each([
  [tick, 'BTCUSDT', 'Crypto'],
  [fill, 'LMT', 'Defense'],
  [fill, 'AAPL', 'Technology'],
] as const)('an event is given the group of its symbol', (definition, symbol, group) => {
  const event = { type: definition.name, received_at: 0, symbol }
  expect(enricherOf(definition)(event)).toMatchObject({ symbol_group: group })
})

test('an event without a group has no such field', () => {
  expect(enricherOf(tick)({ type: 'tick', received_at: 0, symbol: 'NONE' })).not.toHaveProperty('symbol_group')
})
