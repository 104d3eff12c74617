import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refreshDefinition } from '#lib/constructs/refresh-definition.ts'
import { tableRefreshDefinition } from '#lib/constructs/table-refresh-definition.ts'
import { localstack } from '#local/engines/localstack.ts'
import { portFor } from '#local/ports.ts'
import { becomeReady, eventually, launch, runningPart } from '#local/process.ts'

const home = mkdtempSync(join(tmpdir(), 'lodestream-machines-'))
const functions = {
  partition: 'aws',
  planner: 'arn:aws:lambda:us-east-1:000000000000:function:planner',
  migrations: 'arn:aws:lambda:us-east-1:000000000000:function:migrations',
}
const definitions = {
  table: tableRefreshDefinition({ ...functions, workgroup: 'builds', leasePause: 1, patience: 60 }),
  refresh: refreshDefinition({
    ...functions,
    tableRefresh: 'arn:aws:states:us-east-1:000000000000:stateMachine:table',
    concurrency: 1,
  }),
}

// What the services answer, in the form of Step Functions' own mocks: by state, and by how often it was asked.
const says = (value: unknown) => ({ Return: value })
const answers = (value: unknown) => ({ '0': says({ StatusCode: 200, Payload: value }) })
const throws = (error: string, cause: unknown) => ({ Throw: { Error: error, Cause: JSON.stringify(cause) } })
const ended = says({ QueryExecution: { QueryExecutionId: 'q', Status: { State: 'SUCCEEDED' } } })
const failed = (reason: string) =>
  throws('TaskFailed', { QueryExecution: { Status: { State: 'FAILED', StateChangeReason: reason } } })
const found = (...rows: readonly (readonly string[])[]) => ({
  '0': says({
    ResultSet: {
      Rows: [['rule', 'severity', 'rows'], ...rows].map((row) => ({
        Data: row.map((VarCharValue) => ({ VarCharValue })),
      })),
    },
  }),
})
const changes = (inserted: number) => [
  ['inserted', 'change', String(inserted)],
  ['updated', 'change', '0'],
  ['deleted', 'change', '0'],
]
const plan = {
  build: { kind: 'athena', sql: 'CREATE TABLE "c"' },
  check: 'SELECT',
  publish: 'MERGE',
  drop: 'DROP',
  source_rows: null,
}
const job = { kind: 'glue', job: 'silver', arguments: { '--contract': '{"a": "b"}' } }
const run = (table: string, date: string, needs: readonly string[] = []) => ({
  name: `${table}-${date}-r`,
  what: `${table} of ${date}`,
  input: { table, date },
  needs,
})
const waves = [
  {
    tables: [
      { table: 'silver.ticks', runs: [run('silver.ticks', '1'), run('silver.ticks', '2')] },
      { table: 'silver.fills', runs: [run('silver.fills', '1')] },
    ],
  },
  {
    tables: [
      { table: 'gold.x', runs: [run('gold.x', '1', ['silver.ticks-1-r']), run('gold.x', '2', ['silver.ticks-2-r'])] },
    ],
  },
]

const responses = {
  Migrated: answers({ ran: [] }),
  Planned: answers(plan),
  PlannedJob: answers({ ...plan, build: job, source_rows: 12 }),
  Held: {
    '0-1': throws('LeaseHeld', { errorType: 'LeaseHeld', errorMessage: 'held' }),
    '2': says({ StatusCode: 200, Payload: plan }),
  },
  Refused: { '0': throws('Refusal', { errorType: 'Refusal', errorMessage: 'There is no table "x".' }) },
  Ended: { '0': ended },
  Conflicts: { '0-1': failed('ICEBERG_COMMIT_ERROR: Failed to commit "c"'), '2': ended },
  Broken: { '0': failed('COLUMN_NOT_FOUND: "x"') },
  JobEnded: { '0': says({ JobRunState: 'SUCCEEDED' }) },
  Changed: found(...changes(2)),
  Same: found(...changes(0)),
  Blocked: found(['price > 0', 'block', '3'], ...changes(2)),
  Recorded: answers({ outcome: 'recorded' }),
  RecordedFailure: answers({ error: 'CheckFailed', says: '3 rows break the rule "price > 0".' }),
  Waves: answers({ run: 'r', waves }),
  NoWave: answers({ run: 'r', waves: [] }),
  Children: {
    '0': throws('TaskFailed', { Error: 'CheckFailed', Cause: 'silver.ticks of 1: 3 rows break the rule "price > 0".' }),
    '1-9': says({ Status: 'SUCCEEDED' }),
  },
  Swept: answers({ dropped: [] }),
  Whole: answers({ failed: 0, says: 'All is well.' }),
  Partly: answers({ failed: 1, says: '1 of 5 failed.' }),
}
type Answer = keyof typeof responses

const table: Readonly<Record<string, Answer>> = {
  Migrate: 'Migrated',
  Plan: 'Planned',
  BuildBySelect: 'Ended',
  BuildBySpark: 'JobEnded',
  Check: 'Ended',
  ReadCheck: 'Changed',
  Publish: 'Ended',
  Drop: 'Ended',
  DropUnchanged: 'Ended',
  DropFailedCandidate: 'Ended',
  RecordPublished: 'Recorded',
  RecordUnchanged: 'Recorded',
  RecordFailure: 'RecordedFailure',
}
const refresh: typeof table = {
  Migrate: 'Migrated',
  Plan: 'Waves',
  RefreshTable: 'Children',
  Sweep: 'Swept',
  Conclude: 'Partly',
}
const cases = {
  table: {
    Published: table,
    Job: { ...table, Plan: 'PlannedJob' },
    Unchanged: { ...table, ReadCheck: 'Same' },
    Blocked: { ...table, ReadCheck: 'Blocked' },
    Held: { ...table, Plan: 'Held' },
    Refused: { ...table, Plan: 'Refused' },
    Conflicts: { ...table, Publish: 'Conflicts' },
    Broken: { ...table, BuildBySelect: 'Broken' },
    Undropped: { ...table, Drop: 'Broken' },
    Unrecorded: { ...table, RecordPublished: 'Refused' },
  },
  refresh: {
    Partly: refresh,
    Nothing: { ...refresh, Plan: 'NoWave', Conclude: 'Whole' },
    Refused: { ...refresh, Plan: 'Refused' },
  },
} as const
type Machine = keyof typeof cases

let sfn: SFNClient
const arns = new Map<Machine, string>()

/** Runs a machine through a case; answers how it ended, the states that it went through, and what tasks were given. */
async function execute<M extends Machine>(machine: M, name: keyof (typeof cases)[M] & string) {
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: `${arns.get(machine)}#${name}`,
      name: `case-${name}`,
      input: machine === 'table' ? '{"table": "gold.x", "date": "2026-11-20"}' : '{}',
    }),
  )
  const look = () => sfn.send(new DescribeExecutionCommand({ executionArn }))
  let end = await look()
  await eventually(async () => {
    end = await look()
    return end.status !== 'RUNNING'
  }, 60_000)
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }))
  const given = events.flatMap(({ taskScheduledEventDetails: task }) =>
    task?.parameters ? [JSON.parse(task.parameters)] : [],
  )
  return {
    end,
    states: events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? []),
    given,
    /** What the planner was asked to do. */
    asked: (what: string) => given.find(({ Payload }) => Payload?.do === what)?.Payload,
  }
}

beforeAll(async () => {
  for (const part of ['kafka', 'elasticache', 'msk']) await portFor(home, part)
  const endpoint = await localstack.start({ home })
  const part = runningPart(home, 'localstack')
  const [program, ...words] = part?.command ?? []
  if (part === undefined || program === undefined) throw new Error('LocalStack has started and does not run')
  await localstack.stop({ home })
  const mocks = join(home, 'mocks.json')
  const machines = Object.fromEntries(Object.entries(cases).map(([name, TestCases]) => [name, { TestCases }]))
  writeFileSync(mocks, JSON.stringify({ StateMachines: machines, MockedResponses: responses }))
  const mocked = launch(home, {
    name: 'localstack',
    command: [program, ...words],
    env: { ...part.env, SFN_MOCK_CONFIG: mocks },
    cwd: part.env.PYTHONPATH ?? home,
  })
  await becomeReady(home, mocked, async () => (await fetch(`${endpoint}/_localstack/health`)).ok, 120_000)
  sfn = new SFNClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  for (const name of ['table', 'refresh'] as const) {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...definitions[name] })
    const roleArn = 'arn:aws:iam::000000000000:role/states'
    const { stateMachineArn = '' } = await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }))
    arns.set(name, stateMachineArn)
  }
}, 240_000)

afterAll(async () => {
  sfn?.destroy()
  await localstack.stop({ home })
  rmSync(home, { recursive: true, force: true })
})

const until = (...states: readonly string[]) => ['Begin', 'Migrate', 'Plan', ...states]

describe("a table's refresh", () => {
  it('plans, builds, checks, publishes, drops and records', async () => {
    const { end, states, asked } = await execute('table', 'Published')
    expect(states).toEqual(
      until(
        'ChooseBuilder',
        'BuildBySelect',
        'Check',
        'ReadCheck',
        'Judge',
        'Publish',
        'Drop',
        'RecordPublished',
        'Done',
      ),
    )
    expect(end.status).toBe('SUCCEEDED')
    expect(asked('plan')).toMatchObject({ table: 'gold.x', date: '2026-11-20', name: 'case-Published' })
    expect(asked('finish')).toMatchObject({
      outcome: 'published',
      source_rows: null,
      checks: [
        { rule: 'inserted', severity: 'change', rows: 2 },
        { rule: 'updated', severity: 'change', rows: 0 },
        { rule: 'deleted', severity: 'change', rows: 0 },
      ],
    })
  })

  it('builds silver by the job, with its arguments as they are planned', async () => {
    const { given, asked } = await execute('table', 'Job')
    expect(given).toContainEqual({ JobName: 'silver', Arguments: job.arguments })
    expect(asked('finish')).toMatchObject({ source_rows: 12 })
  })

  it('publishes nothing where nothing differs', async () => {
    const { end, states } = await execute('table', 'Unchanged')
    expect([end.status, states.includes('Publish')]).toEqual(['SUCCEEDED', false])
    expect(states.slice(-3)).toEqual(['DropUnchanged', 'RecordUnchanged', 'Done'])
  })

  it('publishes nothing where a rule blocks, and ends with the sentence of its record', async () => {
    const { end, states, asked } = await execute('table', 'Blocked')
    expect(states.slice(-5)).toEqual(['Judge', 'Reject', 'DropFailedCandidate', 'RecordFailure', 'Fail'])
    expect(end).toMatchObject({ status: 'FAILED', error: 'CheckFailed', cause: '3 rows break the rule "price > 0".' })
    expect(asked('finish').checks).toContainEqual({ rule: 'price > 0', severity: 'block', rows: 3 })
  })

  it('waits for a table that another run holds', async () => {
    expect((await execute('table', 'Held')).end.status).toBe('SUCCEEDED')
  })

  it('records what was refused before anything began', async () => {
    const { states, asked } = await execute('table', 'Refused')
    expect(states).toEqual(until('RecordFailure', 'Fail'))
    expect(asked('finish')).toMatchObject({ outcome: 'failed', error: 'Refusal', cause: expect.stringContaining('"x') })
  })

  it('publishes again where another commit came first', async () => {
    const { end, states } = await execute('table', 'Conflicts')
    expect(states.filter((state) => state === 'Publish')).toHaveLength(3)
    expect(end.status).toBe('SUCCEEDED')
  })

  it('drops what a failed build left, and passes its reason on', async () => {
    const { states, asked } = await execute('table', 'Broken')
    expect(states).toEqual(until('ChooseBuilder', 'BuildBySelect', 'DropFailedCandidate', 'RecordFailure', 'Fail'))
    expect(asked('finish').cause).toContain('COLUMN_NOT_FOUND: \\"x\\"')
  })

  it('is published although its candidate could not be dropped', async () => {
    expect((await execute('table', 'Undropped')).states.slice(-3)).toEqual(['Drop', 'RecordPublished', 'Done'])
  })

  it('fails where it could not be recorded', async () => {
    const { end } = await execute('table', 'Unrecorded')
    expect(end).toMatchObject({ status: 'FAILED', error: 'Refusal', cause: expect.stringContaining('no table') })
  })
})

describe('a refresh', () => {
  it('skips what is downstream of a failure, does everything else, and fails with the reason', async () => {
    const { end, states, given, asked } = await execute('refresh', 'Partly')
    expect(asked('conclude').outcomes).toEqual([
      {
        name: 'silver.ticks-1-r',
        what: 'silver.ticks of 1',
        outcome: 'failed',
        cause: 'silver.ticks of 1: 3 rows break the rule "price > 0".',
      },
      { name: 'silver.ticks-2-r', what: 'silver.ticks of 2', outcome: 'done' },
      { name: 'silver.fills-1-r', what: 'silver.fills of 1', outcome: 'done' },
      { name: 'gold.x-1-r', what: 'gold.x of 1', outcome: 'skipped' },
      { name: 'gold.x-2-r', what: 'gold.x of 2', outcome: 'done' },
    ])
    expect(given).toContainEqual(expect.objectContaining({ Name: 'gold.x-2-r', Input: { table: 'gold.x', date: '2' } }))
    expect(states.slice(-4)).toEqual(['Sweep', 'Conclude', 'IsWhole', 'Fail'])
    expect(end).toMatchObject({ status: 'FAILED', error: 'TablesFailed', cause: '1 of 5 failed.' })
  })

  it('sweeps and succeeds where nothing new has landed', async () => {
    const { end, states } = await execute('refresh', 'Nothing')
    expect([end.status, states.includes('RefreshWave')]).toEqual(['SUCCEEDED', false])
  })

  it('ends with the sentence of what refused it', async () => {
    const { end } = await execute('refresh', 'Refused')
    expect(end).toMatchObject({ status: 'FAILED', error: 'Refusal', cause: 'There is no table "x".' })
  })
})
