import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExpression } from '#local/bridges/scheduler/expression.ts'
import { nextAfter } from '#local/bridges/scheduler/next-after.ts'
import { wallTime } from '#local/bridges/wall-clock.ts'
import { seedOf } from '#test/contracts/random.ts'

const ms = (text: string) => Date.parse(text)

/** The next times of an expression, as ISO text. */
function times(text: string, zone: string, after: string, count = 1, anchor = after): string[] {
  const expression = parseExpression(text)
  const found: string[] = []
  for (let at = nextAfter(expression, zone, ms(after), ms(anchor)); at !== undefined && found.length < count; ) {
    found.push(new Date(at).toISOString().replace('.000Z', 'Z'))
    at = nextAfter(expression, zone, at, ms(anchor))
  }
  return found
}

describe('a cron expression', () => {
  it.each([
    ['cron(0 10 * * ? *)', '2026-11-20T10:00:00Z', ['2026-11-21T10:00:00Z', '2026-11-22T10:00:00Z']],
    ['cron(15 12 * * ? *)', '2026-11-20T12:14:59.999Z', ['2026-11-20T12:15:00Z']],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-20T18:00:00Z', ['2026-11-23T18:00:00Z', '2026-11-24T18:00:00Z']],
    ['cron(0 8 1 * ? *)', '2026-11-20T00:00:00Z', ['2026-12-01T08:00:00Z', '2027-01-01T08:00:00Z']],
    ['cron(0/20 8-9 ? * 2,tue *)', '2026-11-23T08:40:00Z', ['2026-11-23T09:00:00Z', '2026-11-23T09:20:00Z']],
    [
      'cron(5/25 0 ? * 7 *)',
      '2026-11-21T00:06:00Z',
      ['2026-11-21T00:30:00Z', '2026-11-21T00:55:00Z', '2026-11-28T00:05:00Z'],
    ],
    ['cron(0 0 L * ? *)', '2028-01-31T00:00:00Z', ['2028-02-29T00:00:00Z', '2028-03-31T00:00:00Z']],
    ['cron(0 0 ? * L *)', '2026-11-20T00:00:00Z', ['2026-11-21T00:00:00Z']],
    ['cron(0 0 ? * 6L *)', '2026-11-20T00:00:00Z', ['2026-11-27T00:00:00Z', '2026-12-25T00:00:00Z']],
    ['cron(0 0 ? * 3#2 *)', '2026-11-11T00:00:00Z', ['2026-12-08T00:00:00Z']],
    ['cron(0 0 ? * SUN#5 *)', '2026-11-30T00:00:00Z', ['2027-01-31T00:00:00Z']],
    // The first of August 2026 is a Saturday, the 31st of January 2027 a Sunday, the 15th of November 2026 a Sunday.
    ['cron(0 0 1W AUG ? 2026)', '2026-01-01T00:00:00Z', ['2026-08-03T00:00:00Z']],
    ['cron(0 0 31W JAN ? 2027)', '2026-01-01T00:00:00Z', ['2027-01-29T00:00:00Z']],
    ['cron(0 0 15W 11 ? 2026)', '2026-01-01T00:00:00Z', ['2026-11-16T00:00:00Z']],
    ['cron(0 0 31W 11 ? *)', '2026-01-01T00:00:00Z', []],
    ['cron(0 0 29 2 ? *)', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['cron(0 0 30 2 ? *)', '2026-01-01T00:00:00Z', []],
    ['cron(59 23 31 12 ? 2026/50)', '2026-12-31T23:59:00Z', ['2076-12-31T23:59:00Z']],
    ['cron(0 0 1 1 ? 2025)', '2026-01-01T00:00:00Z', []],
  ])('%s after %s', (text, after, expected) => {
    expect(times(text, 'UTC', after, Math.max(1, expected.length))).toEqual(expected)
  })

  it('skips what the clocks skip, and runs once at what they show twice', () => {
    const after = '2026-03-07T12:00:00Z'
    expect(times('cron(30 2 * * ? *)', 'America/New_York', after, 2)).toEqual([
      '2026-03-09T06:30:00Z',
      '2026-03-10T06:30:00Z',
    ])
    const autumn = '2026-10-31T12:00:00Z'
    expect(times('cron(30 1 * * ? *)', 'America/New_York', autumn, 2)).toEqual([
      '2026-11-01T05:30:00Z',
      '2026-11-02T06:30:00Z',
    ])
    expect(times('cron(30 1 * * ? *)', 'America/New_York', '2026-11-01T05:30:00Z')).toEqual(['2026-11-02T06:30:00Z'])
    expect(times('cron(0 17 * * ? *)', 'America/New_York', autumn, 2)).toEqual([
      '2026-10-31T21:00:00Z',
      '2026-11-01T22:00:00Z',
    ])
  })

  it('is the first time that fits, as minute after minute shows', () => {
    const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Havana', 'Pacific/Apia']
    const set = (least: number, most: number, size: number) =>
      fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: size })
    const changes = ['2026-03-08', '2026-11-01', '2026-03-29', '2026-10-25', '2026-04-05', '2026-10-04', '2027-12-31']
    const cases = fc.record({
      zone: fc.constantFrom(...zones),
      minutes: set(0, 59, 4),
      hours: fc.oneof(set(0, 23, 6), set(0, 3, 4)),
      weekdays: set(1, 7, 5),
      change: fc.constantFrom(...changes),
      offset: fc.integer({ min: -36 * 60, max: 36 * 60 }),
    })
    fc.assert(
      fc.property(cases, ({ zone, minutes, hours, weekdays, change, offset }) => {
        const after = ms(`${change}T06:00:00Z`) + offset * 60_000
        const expression = parseExpression(`cron(${minutes.join()} ${hours.join()} ? * ${weekdays.join()} *)`)
        // What the clocks have shown before, from a day back on, they show again.
        const shown = new Set<string>()
        let expected: number | undefined
        for (let at = after - 86_400_000; at < after + 3 * 86_400_000 && expected === undefined; at += 60_000) {
          const { year, month, day, hour, minute } = wallTime(at, zone)
          const name = `${month}-${day} ${hour}:${minute}`
          const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1
          const fits = minutes.includes(minute) && hours.includes(hour) && weekdays.includes(weekday)
          if (at > after && fits && !shown.has(name)) expected = at
          shown.add(name)
        }
        const found = nextAfter(expression, zone, after, 0)
        if (expected !== undefined) expect(found).toBe(expected)
        else expect(found).toBeGreaterThanOrEqual(after + 3 * 86_400_000)
      }),
      { seed: seedOf('scheduler'), numRuns: 50 },
    )
  })
})

describe('a rate', () => {
  it('counts from its anchor, at which it begins, and by duration whatever the clocks do', () => {
    const anchor = '2026-10-31T12:00:00Z'
    expect(times('rate(1 day)', 'America/New_York', '2026-10-31T11:59:59Z', 3, anchor)).toEqual([
      anchor,
      '2026-11-01T12:00:00Z',
      '2026-11-02T12:00:00Z',
    ])
    expect(times('rate(5 minutes)', 'UTC', '2026-10-31T12:04:59Z', 2, anchor)).toEqual([
      '2026-10-31T12:05:00Z',
      '2026-10-31T12:10:00Z',
    ])
    expect(times('rate(3 hours)', 'UTC', '2026-10-31T15:00:00Z', 1, anchor)).toEqual(['2026-10-31T18:00:00Z'])
  })
})

describe('a single time', () => {
  it('is there once, in its zone, unless the clocks skip it', () => {
    const after = '2026-01-01T00:00:00Z'
    expect(times('at(2026-07-01T12:00:00)', 'Europe/Berlin', after, 2)).toEqual(['2026-07-01T10:00:00Z'])
    expect(times('at(2026-07-01T12:00:00)', 'UTC', '2026-07-01T12:00:00Z')).toEqual([])
    expect(times('at(2026-03-08T02:30:00)', 'America/New_York', after)).toEqual([])
    expect(times('at(2026-11-01T01:30:00)', 'America/New_York', after)).toEqual(['2026-11-01T05:30:00Z'])
  })
})
