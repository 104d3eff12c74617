import { describe, expect, test } from 'vitest'
import { BARS, defectsOf, tablesFrom } from './table-folder.ts'

const barsWith = (from: string, to: string): Readonly<Record<string, string>> => {
  expect(BARS).toContain(from)
  return { 'gold/bars.sql': BARS.replace(from, to) }
}

test('a table without a fault is read whole', () => {
  const bars = tablesFrom({ 'gold/bars.sql': BARS }).find(({ name }) => name === 'gold.bars')
  expect(bars).toEqual({
    name: 'gold.bars',
    doc: 'One row per symbol and trade date.',
    grain: ['symbol', 'trade_date'],
    day: 'trade_date',
    schedule: 'market_close',
    affects: 'later',
    columns: [
      { name: 'symbol', type: 'varchar', doc: 'The symbol.' },
      { name: 'trade_date', type: 'date', doc: 'Its day.' },
      { name: 'volume', type: 'decimal(38,8)', unit: 'base currency', doc: 'Units traded.' },
    ],
    checks: [
      { expect: 'volume > 0', severity: 'block' },
      { expect: "symbol <> 'a;b'", severity: 'warn' },
    ],
    reads: ['silver.ticks'],
    build: { kind: 'athena', select: BARS.slice(BARS.indexOf('with')).trim() },
  })
})

describe('a planted fault is found, with its line', () => {
  test.each([
    ['an unknown key', 'affects: later', 'lookback: 1', '6: there is no key "lookback"'],
    ['no doc', 'doc: One row per symbol and trade date.', '', '1: doc is missing'],
    ['a doc without its grain', 'doc: One row', 'doc: A row', '2: doc has to begin with the grain: "One row per …"'],
    ['no grain', 'grain: [symbol, trade_date]', '', '1: grain is missing'],
    ['an empty grain', '[symbol, trade_date]', '[]', '3: grain.0 is missing'],
    ['a grain that is no column', '[symbol, trade_date]', '[venue, trade_date]', '3: grain has venue, which is not'],
    ['a grain that has a column twice', '[symbol, trade_date]', '[symbol, symbol]', '3: grain has symbol twice'],
    ['a day that is no column', 'day: trade_date', 'day: event_date', '4: day is event_date, which is not among'],
    ['a day that is no date', 'day: trade_date', 'day: symbol', '4: day is symbol, whose type is varchar and has'],
    ['an unknown schedule', 'schedule: market_close', 'schedule: noon', '5: schedule is noon, and there is none but'],
    ['an affects that says nothing', 'affects: later', 'affects: -1', '6: affects has to be none, later, or a number'],
    ['a type that no table has', 'type: varchar', 'type: string', '9: columns.symbol.type "string" is no type'],
    ['a decimal too wide', 'decimal(38,8)', 'decimal(39,8)', '11: columns.volume.type "decimal(39,8)" is no type'],
    ['a column without doc', ', doc: Its day.', '', '10: columns.trade_date.doc is missing'],
    ['a column with a key too many', 'unit: base', 'units: base', '11: columns.volume has no key "units"'],
    ['a column whose name no SQL takes', '  symbol: {', '  Symbol: {', '9: columns.Symbol is no column name'],
    ['a column not selected', '  volume:', '  units:', '11: column units is declared and not selected'],
    ['a column not declared', 'volume from', 'volume, count(*) as n from', '8: column n is selected and not declared'],
    ['columns in another order', 'select symbol, trade_date,', 'select trade_date, symbol,', '9: columns are not in'],
    [
      'a severity that there is not',
      'severity: warn',
      'severity: wran',
      '14: checks.1.severity has to be block or warn',
    ],
    ['a check without predicate', '{expect: volume > 0}', '{}', '13: checks.0.expect is missing'],
    ['a check that is a text', '{expect: volume > 0}', 'volume > 0', '13: checks.0 has to be a map'],
    ['a check that does not close', 'volume > 0', 'abs(volume > 0', '13: check "abs(volume > 0" has a parenthesis'],
    ['a check that reads a table', 'volume > 0', '(select 1) = 1', '13: check "(select 1) = 1" reads a table'],
    ['a check that ends a statement', 'volume > 0', 'true; drop', '13: check "true; drop" has a semicolon'],
    ['YAML that is none', 'grain: [symbol', 'grain: [[symbol', ': is no YAML'],
    ['no :day', ' where trade_date = :day', '', '4: day is trade_date, and the select never uses :day'],
    ['another parameter', ':day', ':day and price > :least', '17: :least is no parameter'],
    ['a table that is not', 'silver.ticks', 'silver.quotes', '17: reads silver.quotes, and there is no such table'],
    ['a table of a later layer', 'silver.ticks', 'ops.runs', '17: reads ops.runs, which is of a later layer'],
    ['a table that reads itself', 'silver.ticks', 'gold.bars', '17: reads itself, gold.bars'],
    [
      'a name that is neither step nor table',
      'from ticks_of_day',
      'from ticks_of_days',
      '20: reads ticks_of_days, which',
    ],
    [
      'a database of one stage',
      'silver.ticks',
      'lodestream_prod_silver.ticks',
      '17: reads lodestream_prod_silver.ticks',
    ],
    ['a join on a stranger', 'select * from bars', 'select * from bars join names on true', '22: reads names, which'],
    ['two statements', 'select * from bars', 'select * from bars;', '22: the file holds one select and no semicolon'],
    ['a text that never closes', 'select * from bars', "select 'x from bars", "22: ' opens a text, name or comment"],
    ['a parenthesis that never closes', 'sum(quantity)', 'sum((quantity)', '19: a parenthesis does not close'],
    ['no select', 'with ticks_of_day as', 'insert into x', '16: what follows the front matter has to be a select'],
  ])('%s', (_, from, to, says) => {
    const found = defectsOf(barsWith(from, to))
    expect(found.join('\n')).toContain(says.startsWith(':') ? says : `gold/bars.sql:${says}`)
  })

  test('a file without front matter', () => {
    expect(defectsOf({ 'gold/bars.sql': 'select 1 as x' })).toEqual([
      expect.stringContaining('gold/bars.sql:1: has no front matter'),
    ])
  })

  test(':day in a table without one', () => {
    expect(defectsOf(barsWith('day: trade_date\n', '\n'))).toEqual([
      'gold/bars.sql:17: uses :day, and the front matter names no day column',
    ])
  })
})

test('all that is wrong is told at once, file by file and in the order of their lines', () => {
  const bad = BARS.replace('doc: One', 'doc: A')
    .replace('type: varchar', 'type: text')
    .replace('silver.ticks', 'ops.runs')
  expect(defectsOf({ 'gold/b.sql': bad, 'gold/a.sql': bad.replace('gold', 'gone') })).toEqual(
    ['a', 'b'].flatMap((name) => [
      `gold/${name}.sql:2: doc has to begin with the grain: "One row per …"`,
      `gold/${name}.sql:9: columns.symbol.type "text" is no type that an Iceberg table of Athena has`,
      `gold/${name}.sql:17: reads ops.runs, which is of a later layer`,
    ]),
  )
})

describe('what a table reads is taken from its tokens', () => {
  const reads = (select: string) => {
    const doc = 'doc: One row per x.\ngrain: [x]\nschedule: market_close\ncolumns: {x: {type: bigint, doc: X.}}'
    return tablesFrom({ 'gold/bars.sql': BARS, 'gold/x.sql': `/*\n${doc}\n*/\n${select}` }).find(
      ({ name }) => name === 'gold.x',
    )?.reads
  }

  test.each([
    ["select 1 as x from silver.ticks where symbol = 'gold.bars'", ['silver.ticks']],
    ['select 1 as x from silver.ticks /* gold.bars */ -- gold.bars', ['silver.ticks']],
    ['select 1 as x from "silver"."ticks", SILVER.Fills', ['silver.ticks', 'silver.fills']],
    ['select t.x from (select 1 as x from gold.bars) as t join silver.ticks on true', ['gold.bars', 'silver.ticks']],
    ['select extract(day from trade_date) as x from silver.ticks', ['silver.ticks']],
    ['select 1 as x from silver.ticks where symbol is distinct from venue', ['silver.ticks']],
    ['select a.silver.ticks as x from gold.bars as a', ['gold.bars']],
    ['select n as x from unnest(sequence(1, 3)) as t (n)', []],
    ['select "silver.ticks" as x from silver.fills', ['silver.fills']],
  ])('%s', (select, expected) => expect(reads(select)).toEqual(expected))
})

test('columns are compared only where they can be told', () => {
  const select = (text: string) => ({ 'gold/bars.sql': `${BARS.slice(0, BARS.indexOf('with'))}${text}` })
  expect(defectsOf(select('select * from silver.ticks where trade_date = :day'))).toEqual([])
  expect(defectsOf(select('select symbol, :day, 1 as volume from silver.ticks'))).toEqual([])
  expect(
    defectsOf(select('select symbol, :day as trade_date, if(a is distinct from b, 1, 2) volume from silver.ticks')),
  ).toEqual([])
})
