import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { GetDatabasesCommand, GlueClient, ListRegistriesCommand, ListSchemaVersionsCommand } from '@aws-sdk/client-glue'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncoderFor } from '#adapters/avro/encode-events.ts'
import { clientSettings } from '#adapters/aws/connection.ts'
import { KafkaProducer } from '#adapters/kafka/producer.ts'
import type { EventDefinition } from '#domain/events/define-event.ts'
import { tick } from '#domain/events/tick.ts'
import { destroy } from '#local/cdk.ts'
import { encodersAt } from '#local/schema-registry.ts'
import { endpoints, repository } from '#local/state.ts'
import { planUp } from '#local/up.ts'
import { validEvent } from '../contracts/bad-ticks.ts'
import { seeded, seedOf } from '../contracts/random.ts'
import { ended, start } from './executions.ts'
import { figure, landed, refresh, rows } from './lake.ts'
import { home } from './platform.ts'

/** The last of the files that share the platform: it deploys another version over it, and takes it apart. */
const seed = seedOf('redeploy')
const copy = mkdtempSync(join(tmpdir(), 'lodestream-next-version-'))
const DAYS = ['2026-04-07', '2026-04-08'] as const
const SYMBOL = `R-${seed}`
/** What the change is about, and nothing that other tests have left to do. */
const MARKET = 'silver.ticks,gold.ohlc_daily'

beforeAll(() => {
  const left = new Set(['node_modules', '.git', '.lodestream', 'cdk.out'])
  cpSync(repository, copy, { recursive: true, filter: (path) => !left.has(basename(path)) })
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true }))

test('another version over what stands: a field, a column, a table and a handler more; old rows stay readable', async () => {
  await produce(await encodersAt(home()), tick, { traded_at: Date.parse(`${DAYS[0]}T15:00:00Z`), trade_id: 'old' })
  await landed()
  await refresh('--date', DAYS[0], '--tables', MARKET)
  const before = { functions: await functions(), machines: await machines() }

  change('domain/events/tick.ts', /version: 1/, 'version: 2')
  change('domain/events/tick.ts', /import \{ (.*?)oneOf, /, 'import { $1oneOf, optional, ')
  change(
    'domain/events/tick.ts',
    /(\n {4}taker_side: [\s\S]*?\n {4}\),)/,
    "$1\n    condition: optional(text('How the venue flags the trade.')),",
  )
  change(
    'sql/gold/ohlc_daily.sql',
    /(\n {2}last_traded_at: .*)/,
    '$1\n  largest:         {type: "decimal(38,8)", unit: base currency, doc: "Units of the largest trade."}',
  )
  change('sql/gold/ohlc_daily.sql', /(max\(traded_at\) +as last_traded_at)/, '$1,\n    max(quantity) as largest')
  change('sql/gold/ohlc_daily.sql', /,\n {2}last_traded_at\nfrom/, ',\n  last_traded_at,\n  largest\nfrom')
  writeFileSync(join(copy, 'sql', 'gold', 'busy_days.sql'), BUSY_DAYS)
  change('lambdas/refresh-planner/says.ts', /: unchanged\$/, ': as it was$')
  await promisify(execFile)(process.execPath, [join(copy, 'bin', 'migration.ts'), 'next_version'])

  await deployCopy()

  expect((await functions()).map(({ arn }) => arn)).toEqual(before.functions.map(({ arn }) => arn))
  expect(await machines()).toEqual(before.machines)
  const planner = (all: typeof before.functions) => all.find(({ arn }) => arn.endsWith('refresh-planner'))?.code
  expect(planner(await functions())).not.toBe(planner(before.functions))
  expect(await versionsOfTick()).toEqual(['1 AVAILABLE', '2 AVAILABLE'])

  const next = await import(join(copy, 'domain', 'events', 'tick.ts'))
  const ofNext: { encodersAt: typeof encodersAt } = await import(join(copy, 'local', 'schema-registry.ts'))
  const traded_at = Date.parse(`${DAYS[1]}T15:00:00Z`)
  await produce(await ofNext.encodersAt(home()), next.tick, { traded_at, trade_id: 'new', condition: 'auction' })
  await landed()
  await refresh('--date', DAYS[1], '--tables', MARKET)
  const busy = await ended(await start('table-refresh', { table: 'gold.busy_days', date: DAYS[1] }))
  expect(busy.status, busy.cause).toBe('SUCCEEDED')

  const silver = await rows(
    `select trade_id, condition from silver.ticks where symbol = '${SYMBOL}' order by traded_at`,
  )
  expect(silver).toEqual([
    { trade_id: 'old', condition: null },
    { trade_id: 'new', condition: 'auction' },
  ])
  const gold = await rows(
    `select trade_date, volume, largest from gold.ohlc_daily where symbol = '${SYMBOL}' order by trade_date`,
  )
  expect(gold.map(({ trade_date, largest }) => [trade_date, largest !== null])).toEqual([
    [DAYS[0], false],
    [DAYS[1], true],
  ])
  expect(gold[1]?.largest).toBe(gold[1]?.volume)
  expect(await figure(`select trades from gold.busy_days where trade_date = date '${DAYS[1]}'`)).toBe('1')
  const { tables } = await refresh('--date', DAYS[1], '--tables', 'gold.ohlc_daily')
  expect(tables[0]?.says).toContain('as it was')
})

test('destroyed: nothing is left of a stage whose data may be deleted', async () => {
  await destroy(home(), endpoints(home()).aws)

  expect(await functions()).toEqual([])
  expect(await machines()).toEqual([])
  expect(await databases()).toEqual([])
  expect((await new GlueClient(connection()).send(new ListRegistriesCommand({}))).Registries).toEqual([])
  expect((await buckets()).filter((name) => !name.startsWith('cdk-'))).toEqual([])
})

const BUSY_DAYS = `/*
doc: One row per trade date on which anything traded.
grain: [trade_date]
day: trade_date
schedule: market_close
columns:
  trade_date: {type: date, doc: "Trading day."}
  trades:     {type: bigint, doc: "Number of trades."}
checks:
  - {expect: trades > 0}
*/
with ticks_of_day as (
  select * from silver.ticks where trade_date = :day and symbol = '${SYMBOL}'
)

select trade_date, count(*) as trades from ticks_of_day group by trade_date
`

/** Changes a file of the copy. @throws where the pattern is not in it */
function change(file: string, from: RegExp, to: string): void {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`${file} has nothing like ${from}`)
  writeFileSync(path, changed)
}

async function deployCopy(): Promise<void> {
  const { plan, result } = await planUp(home(), { app: copy, page: false })
  expect(await plan.run()).toEqual([])
  await result
}

async function produce(encoderFor: EncoderFor, definition: EventDefinition, event: object): Promise<void> {
  const producer = await KafkaProducer.open({ bootstrap: endpoints(home()).kafka }, [definition.topic])
  const value = encoderFor(definition)(validEvent(definition, seeded(seed), { symbol: SYMBOL, ...event }))
  await producer.accept([{ topic: definition.topic, key: SYMBOL, value }])
  await producer.flush()
  await producer.close()
}

const connection = () => ({ ...clientSettings({ endpoint: endpoints(home()).aws }), forcePathStyle: true })

async function functions(): Promise<readonly { readonly arn: string; readonly code: string | undefined }[]> {
  const { Functions = [] } = await new LambdaClient(connection()).send(new ListFunctionsCommand({}))
  const ours = Functions.filter(({ FunctionName }) => FunctionName?.startsWith('lodestream-'))
  return ours
    .map(({ FunctionArn = '', CodeSha256 }) => ({ arn: FunctionArn, code: CodeSha256 }))
    .toSorted((a, b) => a.arn.localeCompare(b.arn))
}

async function machines(): Promise<readonly unknown[]> {
  const { stateMachines = [] } = await new SFNClient(connection()).send(new ListStateMachinesCommand({}))
  return stateMachines
    .map(({ stateMachineArn, creationDate }) => `${stateMachineArn} ${creationDate?.toISOString()}`)
    .toSorted()
}

/** What the registry has of ticks: a deployment adds, and takes nothing away. */
async function versionsOfTick(): Promise<readonly string[]> {
  const SchemaId = { RegistryName: 'lodestream-local', SchemaName: 'tick' }
  const { Schemas = [] } = await new GlueClient(connection()).send(new ListSchemaVersionsCommand({ SchemaId }))
  return Schemas.map(({ VersionNumber, Status }) => `${VersionNumber} ${Status}`)
}

async function databases(): Promise<readonly unknown[]> {
  return ((await new GlueClient(connection()).send(new GetDatabasesCommand({}))).DatabaseList ?? []).map(
    ({ Name }) => Name,
  )
}

async function buckets(): Promise<readonly string[]> {
  const { Buckets = [] } = await new S3Client(connection()).send(new ListBucketsCommand({}))
  return Buckets.flatMap(({ Name }) => Name ?? [])
}
