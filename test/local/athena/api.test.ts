import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Athena } from '#local/bridges/athena/api/athena.ts'
import { WorkGroups } from '#local/bridges/athena/api/workgroups.ts'
import { Runner } from '#local/bridges/athena/run/runner.ts'
import { freePort } from '#local/ports.ts'
import { eventually } from '#local/process.ts'
import { setting } from './setting.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodestream-athena-api-'))
const file = join(folder, 'workgroups.json')
const token = 'a-token-that-is-long-enough-for-it'
const ResultConfiguration = { OutputLocation: 's3://lake/results' }

// Nothing listens there.
const trino = `http://127.0.0.1:${await freePort()}`
let athena: Athena
const started: string[] = []

/** No engine answers: every query waits, QUEUED. */
function newAthena(): Athena {
  const runner = new Runner({ trino, catalogue: setting.catalogue, storage: setting.storage })
  return new Athena(runner, new WorkGroups(file), { hasBucket: async (name) => name !== 'absent' })
}

async function start(more: object = {}): Promise<string> {
  const answer = await athena.answer('StartQueryExecution', { QueryString: 'SELECT 1', ResultConfiguration, ...more })
  const { QueryExecutionId: id } = answer as { QueryExecutionId: string }
  started.push(id)
  return id
}

interface Execution {
  readonly ResultConfiguration: { readonly OutputLocation: string }
  readonly StatementType: string
  readonly Status: { readonly State: string; readonly StateChangeReason?: string }
}

async function look(id: string): Promise<Execution> {
  const answer = await athena.answer('GetQueryExecution', { QueryExecutionId: id })
  return (answer as { QueryExecution: Execution }).QueryExecution
}

beforeEach(() => {
  athena = newAthena()
})

afterEach(async () => {
  for (const id of started.splice(0)) await athena.answer('StopQueryExecution', { QueryExecutionId: id })
  rmSync(file, { force: true })
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('StartQueryExecution', () => {
  it('answers the same query to the same token, and refuses the token with another request', async () => {
    const id = await start({ ClientRequestToken: token })
    expect(await start({ ClientRequestToken: token })).toBe(id)
    await expect(start({ ClientRequestToken: token, QueryString: 'SELECT 2' })).rejects.toThrow(/Idempotent/)
    expect(await start()).not.toBe(id)
  })

  it('starts one query where the same request comes twice at once', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => start({ ClientRequestToken: token })))
    expect(one).toBe(other)
  })

  it('names the result by the kind of statement', async () => {
    const output = async (QueryString: string) => {
      const id = await start({ QueryString })
      return (await look(id)).ResultConfiguration.OutputLocation.replace(id, 'ID')
    }
    expect(await output('SELECT 1')).toBe('s3://lake/results/ID.csv')
    expect(await output('SHOW TABLES')).toBe('s3://lake/results/ID.txt')
    expect(await output('INSERT INTO t SELECT 1')).toBe('s3://lake/results/ID')
  })

  it('holds a query QUEUED while no engine answers, and stops it there', async () => {
    const id = await start()
    expect((await look(id)).Status.State).toBe('QUEUED')
    await expect(athena.answer('GetQueryResults', { QueryExecutionId: id })).rejects.toThrow(/not yet finished.*QUEUED/)
    await athena.answer('StopQueryExecution', { QueryExecutionId: id })
    expect(await eventually(async () => (await look(id)).Status.State === 'CANCELLED', 5_000)).toBe(true)
    await expect(athena.answer('GetQueryResults', { QueryExecutionId: id })).rejects.toThrow(/did not finish/)
  })

  it.each([
    [{ ResultConfiguration: {} }, /No output location provided/],
    [{ ResultConfiguration: { OutputLocation: 'http://lake/x' } }, /not a valid S3 path/],
    [{ ResultConfiguration: { OutputLocation: 's3://absent/x' } }, /output bucket absent/],
    [{ WorkGroup: 'unknown' }, /WorkGroup unknown is not found/],
    [{ QueryExecutionContext: { Catalog: 'other' } }, /DataCatalog other was not found/],
    [{ QueryString: 'DELETE FROM t WHERE a = ?', ExecutionParameters: ['1'] }, /supported only for SELECT, INSERT/],
    [{ QueryString: 'SELECT ?', ExecutionParameters: ["1, 'two'"] }, /one value/],
    [{ QueryString: 'SELECT ?', ExecutionParameters: ['1) --'] }, /one value/],
    [{ QueryString: 'SELECT ?', ExecutionParameters: ["'open"] }, /one value/],
    [{ ClientRequestToken: 'short' }, /ClientRequestToken/],
  ])('refuses %j', async (request, message) => {
    await expect(start(request)).rejects.toThrow(message)
  })
})

describe('queries that ran', () => {
  it('are listed by workgroup, newest first, in pages', async () => {
    const ids = [await start(), await start(), await start()]
    const first = await athena.answer('ListQueryExecutions', { MaxResults: 2 })
    expect(first).toEqual({ QueryExecutionIds: [ids[2], ids[1]], NextToken: '2' })
    expect(await athena.answer('ListQueryExecutions', { NextToken: '2' })).toEqual({ QueryExecutionIds: [ids[0]] })
  })

  it('that are unknown are refused one by one, and told apart in a batch', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000'
    await expect(look(unknown)).rejects.toThrow(`QueryExecution ${unknown} was not found`)
    const known = await start()
    expect(await athena.answer('BatchGetQueryExecution', { QueryExecutionIds: [known, unknown] })).toMatchObject({
      QueryExecutions: [{ QueryExecutionId: known }],
      UnprocessedQueryExecutionIds: [{ QueryExecutionId: unknown }],
    })
  })

  it('give 1 to 1,000 rows a page', async () => {
    const ask = (MaxResults: number) => athena.answer('GetQueryResults', { QueryExecutionId: 'x', MaxResults })
    await expect(ask(1_001)).rejects.toThrow(/MaxResults/)
    await expect(ask(0)).rejects.toThrow(/MaxResults/)
    await expect(ask(1_000)).rejects.toThrow(/was not found/)
  })
})

describe('workgroups', () => {
  const create = (Configuration: object, Name = 'serving') => athena.answer('CreateWorkGroup', { Name, Configuration })

  it('decide where results go where they enforce it, and leave it to the query where they do not', async () => {
    const own = { ResultConfiguration: { OutputLocation: 's3://scratch/served/' } }
    await create(own)
    await create({ ...own, EnforceWorkGroupConfiguration: false }, 'free')
    const output = async (more: object) => (await look(await start(more))).ResultConfiguration.OutputLocation
    expect(await output({ WorkGroup: 'serving' })).toMatch(/^s3:\/\/scratch\/served\//)
    expect(await output({ WorkGroup: 'free' })).toMatch(/^s3:\/\/lake\/results\//)
    expect(await output({ WorkGroup: 'free', ResultConfiguration: undefined })).toMatch(/^s3:\/\/scratch\/served\//)
  })

  it('refuse a limit below 10 MB', async () => {
    await expect(create({ BytesScannedCutoffPerQuery: 9_999_999 })).rejects.toThrow(/at least 10000000/)
    await create({ BytesScannedCutoffPerQuery: 10_000_000 })
    const updates = { BytesScannedCutoffPerQuery: 1 }
    const update = athena.answer('UpdateWorkGroup', { WorkGroup: 'serving', ConfigurationUpdates: updates })
    await expect(update).rejects.toThrow(/at least/)
    expect(await athena.answer('GetWorkGroup', { WorkGroup: 'serving' })).toMatchObject({
      WorkGroup: { Configuration: { BytesScannedCutoffPerQuery: 10_000_000, EnforceWorkGroupConfiguration: true } },
    })
  })

  it('that are disabled start nothing', async () => {
    await create({ EnforceWorkGroupConfiguration: false })
    await athena.answer('UpdateWorkGroup', { WorkGroup: 'serving', State: 'DISABLED' })
    await expect(start({ WorkGroup: 'serving' })).rejects.toThrow(/WorkGroup serving is disabled/)
  })

  it('are created once, and deleted with what ran in them only where that is said', async () => {
    await create({ EnforceWorkGroupConfiguration: false })
    await expect(create({})).rejects.toThrow(/already created/)
    await athena.answer('StopQueryExecution', { QueryExecutionId: await start({ WorkGroup: 'serving' }) })
    started.splice(0)
    await expect(athena.answer('DeleteWorkGroup', { WorkGroup: 'serving' })).rejects.toThrow(/is not empty/)
    await athena.answer('DeleteWorkGroup', { WorkGroup: 'serving', RecursiveDeleteOption: true })
    await expect(athena.answer('GetWorkGroup', { WorkGroup: 'serving' })).rejects.toThrow(/is not found/)
    await expect(athena.answer('DeleteWorkGroup', { WorkGroup: 'primary' })).rejects.toThrow(/primary/)
  })

  it('outlive the process, and may be created again by a LocalStack that knows nothing of them', async () => {
    await create({ BytesScannedCutoffPerQuery: 20_000_000 })
    athena = newAthena()
    expect(await athena.answer('ListWorkGroups', {})).toMatchObject({
      WorkGroups: [{ Name: 'primary' }, { Name: 'serving', State: 'ENABLED' }],
    })
    await create({})
    await expect(create({})).rejects.toThrow(/already created/)
  })
})
