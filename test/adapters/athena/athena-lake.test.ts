import { afterEach, describe, expect, it } from 'vitest'
import { AthenaLake } from '#adapters/athena/athena-lake.ts'
import { AthenaStatements } from '#adapters/athena/athena-statements.ts'
import { LakeError } from '#domain/lake/lake-error.ts'
import { type Asked, ScriptedAthena } from './scripted-athena.ts'

let athena: ScriptedAthena | undefined
afterEach(() => athena?.close())

const state = (State: string, more: object = {}) => ({
  QueryExecution: { QueryExecutionId: 'q', Status: { State, ...more } },
})
const row = (...cells: readonly (string | null)[]) => ({
  Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })),
})
const page = (columns: readonly string[], Rows: readonly object[], NextToken?: string) => ({
  ResultSet: { ResultSetMetadata: { ColumnInfo: columns.map((Name) => ({ Name, Type: 'varchar' })) }, Rows },
  ...(NextToken && { NextToken }),
})

/** A lake whose statement goes through these states, the last one for ever, and answers these pages. */
async function lakeOf(states: readonly object[], pages: readonly object[] = [], settings: object = {}) {
  let looks = 0
  athena = new ScriptedAthena(({ operation, request }: Asked) => {
    if (operation === 'StartQueryExecution') return { QueryExecutionId: 'q' }
    if (operation === 'GetQueryExecution') return states[Math.min(looks++, states.length - 1)] ?? {}
    if (operation === 'GetQueryResults') return pages[Number(request.NextToken ?? 0)] ?? {}
    return {}
  })
  return new AthenaLake({ client: await athena.open(), workgroup: 'builds', ...settings })
}

describe('the rows of a statement', () => {
  it('come without the header, which only the first page has, and tell null from an empty text', async () => {
    const lake = await lakeOf(
      [state('QUEUED'), state('RUNNING'), state('SUCCEEDED')],
      [page(['a', 'b'], [row('a', 'b'), row('1', null)], '1'), page(['a', 'b'], [row('', 'x'), row('a', 'b')])],
    )
    expect(await lake.query('SELECT a, b FROM t')).toEqual([
      { a: '1', b: undefined },
      { a: '', b: 'x' },
      { a: 'a', b: 'b' },
    ])
  })

  it('come whole where there is no header, as of SHOW', async () => {
    const lake = await lakeOf([state('SUCCEEDED')], [page(['tab_name'], [row('ticks'), row('fills')])])
    expect(await lake.query('SHOW TABLES')).toEqual([{ tab_name: 'ticks' }, { tab_name: 'fills' }])
  })

  it('are none of what is no query', async () => {
    const lake = await lakeOf([state('SUCCEEDED')], [{ ResultSet: { Rows: [] }, UpdateCount: 3 }])
    expect(await lake.query('MERGE …')).toEqual([])
  })
})

describe('a statement', () => {
  it('is begun in its workgroup under a token of its own, with parameters and reuse where they are given', async () => {
    const lake = await lakeOf([state('SUCCEEDED')], [], { reuseMinutes: 5, database: 'd' })
    await lake.query('SELECT ?', ["'x'"])
    await lake.query('SELECT 1')
    const [first, second] = athena?.of('StartQueryExecution') ?? []
    expect(first).toMatchObject({
      QueryString: 'SELECT ?',
      WorkGroup: 'builds',
      ExecutionParameters: ["'x'"],
      QueryExecutionContext: { Database: 'd' },
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 5 } },
    })
    expect(second).not.toHaveProperty('ExecutionParameters')
    expect(String(first?.ClientRequestToken).length).toBeGreaterThanOrEqual(32)
    expect(first?.ClientRequestToken).not.toBe(second?.ClientRequestToken)
  })

  it.each([
    ['FAILED', 'TABLE_NOT_FOUND: no'],
    ['CANCELLED', 'Query cancelled by user'],
  ])("that ends as %s throws Athena's own reason, and which statement it was", async (ended, reason) => {
    const lake = await lakeOf([state(ended, { StateChangeReason: reason })])
    const error = await lake.query('SELECT').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LakeError)
    expect(error).toMatchObject({ message: reason, queryId: 'q' })
  })

  it('that Athena refuses at once throws its reason, too; what is no fault of the statement stays what it is', async () => {
    const refusing = async (type: string) => {
      athena?.close()
      athena = new ScriptedAthena(() => ({ __type: type, message: 'mismatched input' }))
      const lake = new AthenaLake({ client: await athena.open(), workgroup: 'builds' })
      return await lake.query('SELEC').catch((thrown: unknown) => thrown)
    }
    expect(await refusing('InvalidRequestException')).toBeInstanceOf(LakeError)
    expect(await refusing('AccessDeniedException')).not.toBeInstanceOf(LakeError)
  })

  it('is stopped where its asker gives up, and no other begins', async () => {
    const abort = new AbortController()
    const lake = await lakeOf([state('RUNNING')], [], { signal: abort.signal })
    const asked = lake.query('SELECT').catch((thrown: unknown) => thrown)
    setTimeout(() => abort.abort(), 20)
    expect(await asked).toMatchObject({ name: 'LakeError', message: 'The statement was stopped' })
    expect(athena?.of('StopQueryExecution')).toEqual([{ QueryExecutionId: 'q' }])
    await expect(lake.query('SELECT')).rejects.toThrow()
    expect(athena?.of('StartQueryExecution')).toHaveLength(1)
  })

  it('is stopped where it takes longer than its asker has patience', async () => {
    const lake = await lakeOf([state('RUNNING')], [], { patience: 10 })
    await expect(lake.query('SELECT')).rejects.toThrow('longer than 0.01 s')
    expect(athena?.of('StopQueryExecution')).toHaveLength(1)
  })
})

describe('stopping the statements of a dead run', () => {
  it('stops those that name its candidate and still run, and waits until they have ended', async () => {
    const statements: Readonly<Record<string, readonly [sql: string, state: string]>> = {
      mine: ['MERGE … "gold_x__dead" …', 'RUNNING'],
      ended: ['CREATE TABLE "gold_x__dead"', 'SUCCEEDED'],
      other: ['MERGE … "gold_x__dead_2" …', 'RUNNING'],
    }
    let looksAfterStop = 0
    athena = new ScriptedAthena(({ operation, request }, asked) => {
      if (operation === 'ListQueryExecutions') return { QueryExecutionIds: Object.keys(statements) }
      if (operation !== 'GetQueryExecution') return {}
      const id = String(request.QueryExecutionId)
      const [Query, State] = statements[id] ?? ['', '']
      const stopped = asked.some((one) => one.operation === 'StopQueryExecution' && one.request.QueryExecutionId === id)
      const now = stopped && ++looksAfterStop > 1 ? 'CANCELLED' : State
      return {
        QueryExecution: { QueryExecutionId: id, Query, Status: { State: now, SubmissionDateTime: Date.now() / 1_000 } },
      }
    })
    const stopping = new AthenaStatements('builds', await athena.open())
    expect(await stopping.stopNaming('"gold_x__dead"', Date.now())).toBe(1)
    expect(athena.of('StopQueryExecution')).toEqual([{ QueryExecutionId: 'mine' }])
    expect(looksAfterStop).toBe(2)
  })
})
