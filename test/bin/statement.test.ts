import { describe, expect, test } from 'vitest'
import { answerCsv, answerTable, bytesText } from '../../bin/query/answer-text.ts'
import { statementOf } from '../../bin/query/statement.ts'

describe('a statement', () => {
  test.each([
    ['select * from gold.ohlc_daily', 'select * from "lodestream_dev_gold"."ohlc_daily"'],
    ['SELECT t.symbol FROM Silver.Ticks t;', 'SELECT t.symbol FROM "lodestream_dev_silver"."ticks" t'],
    ['select * from gold . latest_price ;; ', 'select * from "lodestream_dev_gold"."latest_price"'],
    ["select 'gold.x' -- gold.x\nfrom ops.runs", `select 'gold.x' -- gold.x\nfrom "lodestream_dev_ops"."runs"`],
    ['select 1 from "lodestream_prod_gold".ohlc_daily', 'select 1 from "lodestream_prod_gold".ohlc_daily'],
    ['with x as (select 1) select * from x', 'with x as (select 1) select * from x'],
    ['(select 1) union (select 2)', '(select 1) union (select 2)'],
    ['explain analyze select 1', 'explain analyze select 1'],
    ['explain (type io) select 1', 'explain (type io) select 1'],
    ['show tables in lodestream_dev_gold', 'show tables in lodestream_dev_gold'],
  ])('%s', (written, taken) => {
    expect(statementOf(written, 'dev', false)).toBe(taken)
  })

  test.each([
    ['', 'There is no statement'],
    [' ; -- nothing', 'There is no statement'],
    ['select 1; drop table gold.x', 'several statements'],
    ['delete from gold.x', 'DELETE writes'],
    ['/* select */ drop table gold.x', 'DROP writes'],
    ['explain analyze insert into gold.x select 1', 'INSERT writes'],
    ['explain analyze verbose delete from gold.x', 'DELETE writes'],
    ['select :day', ':day is a parameter'],
  ])('%s is refused', (written, says) => {
    expect(() => statementOf(written, 'dev', false)).toThrow(says)
  })

  test('that writes is let through where it is meant', () => {
    expect(statementOf('delete from gold.x', 'dev', true)).toBe('delete from "lodestream_dev_gold"."x"')
  })
})

describe('an answer', () => {
  const answer = {
    columns: [
      { name: 'symbol', type: 'varchar' },
      { name: 'volume', type: 'decimal(38,8)' },
    ],
    rows: [
      { symbol: 'BTC, "USD"', volume: '1.50000000' },
      { symbol: '', volume: undefined },
      { symbol: 'a\u001b[31mb', volume: '12' },
    ],
  }

  test('for a person is aligned, and steers no terminal', () => {
    expect(answerTable(answer).split('\n')).toEqual([
      'symbol          volume',
      'BTC, "USD"  1.50000000',
      '                     –',
      'a\ufffd[31mb             12',
    ])
  })

  test('for a program is CSV that tells an empty text from a null', () => {
    expect(answerCsv(answer).split('\r\n')).toEqual([
      'symbol,volume',
      '"BTC, ""USD""",1.50000000',
      '"",',
      'a\u001b[31mb,12',
    ])
  })

  test('without a row has its head all the same', () => {
    expect(answerCsv({ ...answer, rows: [] })).toBe('symbol,volume')
    expect(answerTable({ ...answer, rows: [] })).toBe('symbol  volume')
  })

  test('says what it read', () => {
    expect([0, 999, 1_000, 3_449_999, 2e9].map(bytesText)).toEqual(['0 B', '999 B', '1.0 KB', '3.4 MB', '2.0 GB'])
  })
})
