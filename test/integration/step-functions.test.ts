import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AthenaClient, StartQueryExecutionCommand } from '@aws-sdk/client-athena'
import { FirehoseClient, ListDeliveryStreamsCommand } from '@aws-sdk/client-firehose'
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localstack } from '#local/engines/localstack.ts'
import { portFor } from '#local/ports.ts'
import { eventually } from '#local/process.ts'
import { zipOf } from '#test/local/kafka-event-source/function-zip.ts'
import { ScriptedEngine } from '#test/local/step-functions/scripted-engine.ts'

const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-sfn-')) }
const role = 'arn:aws:iam::000000000000:role/states'
const engine = new ScriptedEngine()
let sfn: SFNClient
let athena: AthenaClient
let firehose: FirehoseClient

/** Refuses by a name of its own until it has been asked three times for the same key. */
const code = `
const asked = new Map()
export async function handler({ key, times }) {
  const count = (asked.get(key) ?? 0) + 1
  asked.set(key, count)
  if (count < times) throw Object.assign(new Error('"gold.ohlc_daily" is held'), { name: 'LeaseHeld' })
  return { count }
}
`

beforeAll(async () => {
  for (const part of ['kafka', 'elasticache', 'msk', 'firehose']) await portFor(place.home, part)
  for (const part of ['athena', 'glue']) await engine.listen(await portFor(place.home, part))
  const endpoint = await localstack.start(place)
  const options = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  }
  sfn = new SFNClient(options)
  athena = new AthenaClient(options)
  firehose = new FirehoseClient(options)
  const lambda = new LambdaClient(options)
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'planner',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role,
      Code: { ZipFile: zipOf('index.mjs', code) },
    }),
  )
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60 }, { FunctionName: 'planner' })
})

afterAll(async () => {
  await localstack.stop(place)
  engine.close()
  rmSync(place.home, { recursive: true, force: true })
})

const query = (text: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
  Arguments: { QueryString: text, WorkGroup: 'builds', ResultConfiguration: null },
  ...more,
})

const job = (script: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Arguments: { JobName: 'silver', Arguments: { '--script': script }, NotificationProperty: null },
  ...more,
})

const plan = (argument: object, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'planner', Payload: argument },
  ...more,
})

const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput %}', Next: 'Caught' }] }
const last = { End: true }

describe('a query of Athena', () => {
  it('is waited for, and what it answers goes on', async () => {
    const read = {
      Type: 'Task',
      Resource: 'arn:aws:states:::athena:getQueryResults',
      Arguments: { QueryExecutionId: '{% $states.input.QueryExecution.QueryExecutionId %}' },
      Output: '{% $states.result.ResultSet.Rows[0].Data[0].VarCharValue %}',
    }
    const { status, output } = await run({ Query: query('select 1', { Next: 'Read' }), Read: { ...read, ...last } })
    expect([status, output]).toEqual(['SUCCEEDED', '"rule"'])
    expect(engine.of('select 1')[0]?.request).not.toHaveProperty('ResultConfiguration')
  })

  it('that fails says so with its reason, which survives two states with its quotes', async () => {
    const why = 'line 1:8: mismatched input "from" at \\ \'$x\' — ☂ 🚀'
    const { status, error, cause } = await run({
      Query: query(`fail: ${why}`, { ...caught, ...last }),
      Caught: {
        Type: 'Pass',
        Assign: { error: '{% $states.input %}', cause: '{% $states.input.Cause %}' },
        Next: 'Told',
      },
      Told: { Type: 'Pass', Assign: { reason: '{% $parse($cause).Status.StateChangeReason %}' }, Next: 'Failed' },
      Failed: { Type: 'Fail', Error: "{% $replace($error.Error, 'States.', '') %}", Cause: '{% $reason %}' },
    })
    expect([status, error, cause]).toEqual(['FAILED', 'TaskFailed', why])
  })

  it('that Athena refuses has the error’s own name', async () => {
    const { error, cause } = await run({ Query: query('refuse: "?" is not allowed here', last) })
    expect(error).toBe('Athena.InvalidRequestException')
    expect(cause).toMatch(/^"\?" is not allowed here \(/)
  })

  it('is stopped where its task takes too long', async () => {
    const states = {
      Query: query('forever, timed', { TimeoutSeconds: 1, ...caught, ...last }),
      Caught: { Type: 'Pass', ...last },
    }
    const { output } = await run(states)
    expect(JSON.parse(output ?? '')).toMatchObject({ Error: 'States.Timeout' })
    await isStopped('forever, timed')
  })

  it('is stopped where another branch fails', async () => {
    const branch = (states: object) => ({ StartAt: Object.keys(states)[0], States: states })
    const Branches = [
      branch({ Long: query('forever, beside', last) }),
      branch({ Short: query('looks: 8', { Next: 'Fail' }), Fail: { Type: 'Fail', Error: 'Rejected' } }),
    ]
    expect(await run({ Both: { Type: 'Parallel', Branches, ...last } })).toMatchObject({ error: 'Rejected' })
    await isStopped('forever, beside')
  })
})

describe('a run of a Glue job', () => {
  it('is waited for, and its end goes on', async () => {
    const { output } = await run({ Build: job('build', { Output: '{% $states.result.JobRunState %}', ...last }) })
    expect(output).toBe('"SUCCEEDED"')
    expect(engine.of('build')[0]?.request).not.toHaveProperty('NotificationProperty')
  })

  it.each(['time out', 'fail: no bronze'])('fails its task where it does: %s', async (script) => {
    const { error, cause } = await run({ Build: job(script, last) })
    expect(error).toBe('States.TaskFailed')
    expect(JSON.parse(cause ?? '')).toMatchObject({ JobName: 'silver', ErrorMessage: script })
  })
})

describe('a function', () => {
  const retry = {
    ErrorEquals: ['LeaseHeld'],
    IntervalSeconds: 1,
    BackoffRate: 1,
    MaxAttempts: 3,
    JitterStrategy: 'FULL',
  }

  it('that fails by a name is asked again as that name says, until it passes', async () => {
    const states = {
      Plan: plan({ key: 'a', times: 3 }, { Retry: [retry], Output: '{% $states.result.Payload %}', ...last }),
    }
    expect((await run(states)).output).toBe('{"count":3}')
  })

  it('that goes on failing ends the execution by that name, with what it said', async () => {
    const states = { Plan: plan({ key: 'b', times: 9 }, { Retry: [{ ...retry, MaxAttempts: 1 }], ...last }) }
    const { error, cause } = await run(states)
    expect(error).toBe('LeaseHeld')
    expect(JSON.parse(cause ?? '')).toMatchObject({ errorMessage: '"gold.ohlc_daily" is held' })
  })
})

describe('an execution that is stopped', () => {
  it('is aborted with the reason given, and so is what runs inside', async () => {
    const child = await machine({ Query: query('forever, inside', last) })
    const startExecution = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: child, Input: {} },
      Output: '{% $states.result.Output.never %}',
    }
    const executionArn = await start(
      await machine({ Child: { ...startExecution, ...caught, ...last }, Caught: { Type: 'Pass', ...last } }),
    )
    expect(await eventually(() => engine.of('forever, inside').length === 1, 10_000)).toBe(true)
    await sfn.send(new StopExecutionCommand({ executionArn, error: 'Told', cause: 'by a "person"' }))
    expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Told', cause: 'by a "person"' })
    await isStopped('forever, inside')
  })

  it('does not wait for the end of a retry’s pause', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 600 }]
    const executionArn = await start(await machine({ Query: query('fail: paused', { Retry, ...last }) }))
    expect(await eventually(() => engine.of('fail: paused')[0]?.state === 'FAILED', 10_000)).toBe(true)
    await sfn.send(new StopExecutionCommand({ executionArn }))
    expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED' })
  })

  it('may have only just been started', async () => {
    const executionArn = await start(await machine({ Query: query('forever, early', last) }))
    await sfn.send(new StopExecutionCommand({ executionArn }))
    expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED' })
    for (const { state } of engine.of('forever, early')) expect(state).toBe('CANCELLED')
  })
})

describe('an execution’s name', () => {
  it('is one that AWS takes, and is given once', async () => {
    const named = await machine({ Done: { Type: 'Succeed' } })
    await expect(start(named, {}, 'a'.repeat(81))).rejects.toMatchObject({ name: 'InvalidName' })
    await ended(await start(named, {}, 'gold.ohlc_daily-2026-11-20-once'))
    const again = start(named, {}, 'gold.ohlc_daily-2026-11-20-once')
    await expect(again).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
  })
})

describe('many at once', () => {
  const map = (items: string, concurrency: number, states: object) => ({
    Type: 'Map',
    Items: items,
    MaxConcurrency: concurrency,
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: Object.keys(states)[0], States: states },
    ...last,
  })

  it('waves follow one another, and each runs as many as it may, in executions of their own', async () => {
    const child = await machine({
      Query: query('{% $states.input.table %}', { Output: '{% $states.input.table %}', ...last }),
    })
    const table = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: child, Input: { table: '{% $states.input %}' } },
      Output: '{% $states.result.Output %}',
    }
    engine.peak = 0
    const waves = {
      Waves: map('{% $states.input.waves %}', 1, {
        Wave: map('{% $states.input %}', 2, { Table: { ...table, ...last } }),
      }),
    }
    const input = { waves: [['looks: 5, a', 'looks: 5, b', 'looks: 5, c'], ['looks: 2, d']] }
    const { output } = await ended(await start(await machine(waves), input))
    expect(JSON.parse(output ?? '')).toEqual(input.waves)
    expect(engine.peak).toBe(2)
    const [a, b, c, d] = ['looks: 5, a', 'looks: 5, b', 'looks: 5, c', 'looks: 2, d'].map(
      (script) => engine.of(script)[0],
    )
    expect(d?.begun).toBeGreaterThan(Math.max(a?.ended ?? 0, b?.ended ?? 0, c?.ended ?? 0))
  })

  it('twenty executions end, each with its own answer', async () => {
    const states = {
      Plan: plan({ key: '{% $states.context.Execution.Name %}', times: 1 }, { Next: 'Query' }),
      Query: query("{% 'looks: 4, ' & $states.context.Execution.Name %}", {
        Output: '{% $states.result.QueryExecution.Query %}',
        ...last,
      }),
    }
    const twenty = await machine(states)
    const names = Array.from({ length: 20 }, (_, index) => `many-${index}`)
    const outputs = await Promise.all(names.map(async (name) => (await ended(await start(twenty, {}, name))).output))
    expect(outputs).toEqual(names.map((name) => `"looks: 4, ${name}"`))
  })
})

describe('a service that a bridge answers', () => {
  it('refuses as the bridge does', async () => {
    const refused = athena.send(new StartQueryExecutionCommand({ QueryString: 'refuse: "no" such workgroup' }))
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: '"no" such workgroup',
      $metadata: { httpStatusCode: 400 },
    })
  })

  it('says in a sentence where its bridge is away', async () => {
    await expect(firehose.send(new ListDeliveryStreamsCommand({}))).rejects.toMatchObject({
      name: 'ServiceUnavailableException',
      message: expect.stringMatching(
        /^The bridge for firehose at http:\/\/127.0.0.1:\d+ does not answer \(.*lodestream status\.$/,
      ),
      $metadata: { httpStatusCode: 503 },
    })
  })
})

async function isStopped(script: string): Promise<void> {
  await eventually(() => engine.of(script)[0]?.state !== 'RUNNING', 10_000)
  expect(engine.of(script).map(({ state }) => state)).toEqual(['CANCELLED'])
}

let sequence = 0

/** A state machine in JSONata that begins with the first of its states; answers its ARN. */
async function machine(states: Record<string, unknown>): Promise<string> {
  const definition = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states }
  const created = await sfn.send(
    new CreateStateMachineCommand({
      name: `machine-${++sequence}`,
      roleArn: role,
      definition: JSON.stringify(definition),
    }),
  )
  return created.stateMachineArn ?? ''
}

async function start(stateMachineArn: string, input: unknown = {}, name?: string): Promise<string> {
  const started = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name }))
  return started.executionArn ?? ''
}

async function ended(executionArn: string): Promise<DescribeExecutionCommandOutput> {
  const look = () => sfn.send(new DescribeExecutionCommand({ executionArn }))
  await eventually(async () => (await look()).status !== 'RUNNING', 60_000)
  return look()
}

async function run(states: Record<string, unknown>): Promise<DescribeExecutionCommandOutput> {
  return ended(await start(await machine(states)))
}
