import { describe, expect, it } from 'vitest'
import { runRecordOf } from '#domain/lake/run-records.ts'
import { conclude } from '#lambdas/refresh-planner/conclude.ts'
import { finish } from '#lambdas/refresh-planner/finish.ts'
import { planTable } from '#lambdas/refresh-planner/plan-table.ts'
import { readRequest } from '#lambdas/refresh-planner/requests.ts'
import { planOf, smallPlanner } from './small-planner.ts'

const change = (inserted: number, updated = 0, deleted = 0) =>
  Object.entries({ inserted, updated, deleted }).map(([rule, rows]) => ({ rule, severity: 'change', rows }))

const NAME = 'silver.ticks-2026-11-20-20261121T120301-3f2a'
const ended = (outcome: string, more: object = {}) => {
  const request = readRequest({
    do: 'finish',
    table: 'silver.ticks',
    date: '2026-11-20',
    name: NAME,
    execution: `arn:${NAME}`,
    started_at: '2026-11-21T11:59:00.000Z',
    checks: [],
    outcome,
    ...more,
  })
  if (request.do !== 'finish') throw new Error(`${request.do} is no end`)
  return request
}
const says = async (outcome: string, more: object) => (await finish(ended(outcome, more), smallPlanner().planner)).says

describe('a finished run', () => {
  it('is one line of JSON below the day on which it finished, which reads back as the record', async () => {
    const { planner, objects } = smallPlanner()
    const warn = { rule: 'volume > 0', severity: 'warn', rows: 2 }
    const record = await finish(ended('published', { checks: [...change(2001), warn], source_rows: 2041 }), planner)
    const text = objects.texts.get(`ops/runs/run_date=2026-11-21/${NAME}.json`)?.text ?? ''
    expect(text.trimEnd()).not.toContain('\n')
    const row = Object.fromEntries(Object.entries(JSON.parse(text)).map(([key, value]) => [key, String(value)]))
    expect(runRecordOf(row)).toEqual(record)
    expect(record).toMatchObject({ run: '20261121T120301-3f2a', inserted: 2001, source_rows: 2041 })
  })

  it('gives its table free', async () => {
    const { planner, running } = smallPlanner()
    running.add(`arn:${NAME}`).add('arn:next')
    await planTable(planOf(NAME, 'silver.ticks'), planner)
    await expect(planTable(planOf('next', 'silver.ticks'), planner)).rejects.toMatchObject({ name: 'LeaseHeld' })
    await finish(ended('unchanged', { checks: change(0) }), planner)
    await planTable(planOf('next', 'silver.ticks'), planner)
  })

  it('leaves the table to whoever has it, where it never had it', async () => {
    const { planner, running } = smallPlanner()
    running.add('arn:first')
    await planTable(planOf('first', 'silver.ticks'), planner)
    await finish(ended('failed', { error: 'LeaseHeld', cause: '{"errorMessage":"silver.ticks is taken."}' }), planner)
    await expect(planTable(planOf('next', 'silver.ticks'), planner)).rejects.toMatchObject({ name: 'LeaseHeld' })
  })

  it('is recorded although its input named no table', async () => {
    const { planner, objects } = smallPlanner()
    const cause = JSON.stringify({ errorType: 'Refusal', errorMessage: 'Say which table to refresh: gold.x.' })
    const record = await finish(ended('failed', { table: null, date: null, error: 'Refusal', cause }), planner)
    expect(record).toMatchObject({ table: 'no table', error: 'Refusal' })
    expect(objects.texts.size).toBe(1)
  })
})

describe('what a run says', () => {
  it('is what changed', async () => {
    expect(await says('published', { checks: change(2000, 1, 3) })).toBe(
      'silver.ticks of 2026-11-20: published 2,001 rows, 2,000 new, 1 changed, 3 removed.',
    )
    expect(await says('unchanged', { checks: change(0) })).toBe('silver.ticks of 2026-11-20: unchanged.')
  })

  it('is which rule warned, and by how many rows', async () => {
    const checks = [...change(5), { rule: 'volume > 0', severity: 'warn', rows: 1 }]
    expect(await says('published', { checks })).toContain('published although 1 row breaks the rule "volume > 0".')
  })

  it('is which rules blocked, and by how many rows; nothing is counted as changed', async () => {
    const checks = [...change(5), { rule: 'price > 0', severity: 'block', rows: 3 }]
    const record = await finish(ended('failed', { checks, error: 'CheckFailed', cause: '' }), smallPlanner().planner)
    expect(record.says).toBe(
      'silver.ticks of 2026-11-20: nothing was published because 3 rows break the rule "price > 0".',
    )
    expect(record).toMatchObject({ error: 'CheckFailed', inserted: 0 })
  })

  const athena = {
    QueryExecution: {
      QueryExecutionId: 'q',
      Status: { State: 'FAILED', StateChangeReason: 'COLUMN_NOT_FOUND: line 3:5: Column "x" cannot be resolved.' },
    },
  }
  it.each([
    [
      'Athena',
      'States.TaskFailed',
      JSON.stringify(athena),
      'StatementFailed',
      'COLUMN_NOT_FOUND: line 3:5: Column "x" cannot be resolved',
    ],
    [
      'Athena, unwrapped',
      'States.TaskFailed',
      JSON.stringify(athena.QueryExecution),
      'StatementFailed',
      'COLUMN_NOT_FOUND: line 3:5: Column "x" cannot be resolved',
    ],
    [
      'Glue',
      'States.TaskFailed',
      '{"JobRunState":"FAILED","ErrorMessage":"AnalysisException:\\n no such table"}',
      'JobFailed',
      'AnalysisException: no such table',
    ],
    [
      'a function',
      'Refusal',
      '{"errorType":"Refusal","errorMessage":"There is no table x."}',
      'Refusal',
      'There is no table x',
    ],
    [
      'a refused call',
      'Athena.InvalidRequestException',
      'Queries of this type are not supported (Service: Athena, Status Code: 400, Request ID: 1)',
      'Athena.InvalidRequestException',
      'Queries of this type are not supported',
    ],
    ['time', 'States.Timeout', '', 'TimedOut', 'a step took longer than it may'],
    ['a cause that was cut', 'States.TaskFailed', '{"QueryExecution":{"Stat', 'TaskFailed', '{"QueryExecution":{"Stat'],
    ['nobody', 'States.Runtime', undefined, 'Runtime', 'no reason was given'],
  ])(
    'is the reason of %s, in its own words, under a name that is not reserved',
    async (_, error, cause, name, reason) => {
      const record = await finish(ended('failed', { error, cause }), smallPlanner().planner)
      expect(record.error).toBe(name)
      expect(record.says).toBe(`silver.ticks of 2026-11-20: failed because ${reason}.`)
    },
  )
})

describe('what a refresh says', () => {
  const outcome = (what: string, of: 'done' | 'failed' | 'skipped', cause?: string) => ({
    name: what,
    what,
    outcome: of,
    cause,
  })

  it('names what failed and why, and what was skipped for it', () => {
    const outcomes = [
      outcome('a of 1', 'done'),
      outcome('b of 1', 'failed', 'b of 1: failed because x.'),
      outcome('c', 'skipped'),
    ]
    expect(conclude({ outcomes })).toEqual({
      done: 1,
      failed: 1,
      skipped: 1,
      says: '1 of 3 failed. b of 1: failed because x. Skipped, because they read it: c.',
    })
  })

  it('says that nothing was to be done', () => {
    expect(conclude({ outcomes: [] })).toMatchObject({ failed: 0, says: expect.stringContaining('up to date') })
  })
})
