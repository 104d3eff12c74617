import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { duration, moment, names, share, speed, wholeNumber } from '../../bin/arguments.ts'

test.each<[(text: string) => unknown, string, unknown]>([
  [share, '0.01', 0.01],
  [share, '.5', 0.5],
  [share, '1%', 0.01],
  [share, '0.25%', 0.0025],
  [share, '100%', 1],
  [share, '0', 0],
  [speed, 'own', 1],
  [speed, 'max', 'max'],
  [speed, '0.5', 0.5],
  [duration, '250ms', 250],
  [duration, '1.5h', 5_400_000],
  [moment, '2026-01-05T09:30:00+01:00', Date.UTC(2026, 0, 5, 8, 30)],
  [names, 'A, B', ['A', 'B']],
  [wholeNumber(1), '7', 7],
])('%o takes %j for %j', (parse, text, value) => {
  expect(parse(text)).toEqual(value)
})

test.each<[(text: string) => unknown, readonly string[]]>([
  [share, ['1.01', '101%', '-0.1', '1 %', 'half', '', '%', '1e-2']],
  [speed, ['0', '-1', 'fast', '', 'Infinity']],
  [duration, ['60', '1d', '', 's']],
  [moment, ['2026-01-05', '2026-01-05T09:30:00', 'yesterday', '2026-13-05T09:30:00Z']],
  [names, ['', 'A,,B', 'A,A']],
  [wholeNumber(1), ['0', '1.5', '-1', '9007199254740993']],
])('%o refuses %j', (parse, texts) => {
  for (const text of texts) expect(() => parse(text), text).toThrow(InvalidArgumentError)
})
