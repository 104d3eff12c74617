import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { tick } from '#domain/events/tick.ts'
import { paddedOffset } from '#domain/lake/quarantine.ts'
import { CommandLine } from '#test/adapters/kafka/command-line.ts'
import { AwsStandIn } from '#test/bin/aws-stand-in.ts'
import { tickOf } from '#test/lambdas/api/market.ts'

let aws: AwsStandIn
beforeEach(async () => {
  aws = await AwsStandIn.open()
})
afterEach(() => aws.close())

async function lodestream(...words: string[]): Promise<CommandLine & { code: number | null }> {
  const run = new CommandLine(words, aws.environment)
  return Object.assign(run, { code: await run.end() })
}

const TODAY = new Date().toISOString().slice(0, 10)
const good = encoderOf(tick)(tickOf('BTCUSDT', Date.UTC(2026, 10, 20, 12), '1.5')).toString('base64')
const bad = encoderOf(tick)({ ...tickOf('BTCUSDT', Date.UTC(2026, 10, 20, 12), '1.5'), price: -3n }).toString('base64')

const refused = (offset: number, value: string, code: string, pointer = '') =>
  aws.lake.run(
    `insert into lodestream_local_ops.quarantine values ('${TODAY} 10:00:01', '${TODAY} 10:00:00.123', 'market_data_raw', 1,
      '${paddedOffset(String(offset))}', 'contract', '${code}', 'it was ${code}', ${pointer ? 'null' : `'${value}'`},
      ${pointer ? `'${pointer}'` : 'null'}, '${TODAY}')`,
  )

describe('query', () => {
  test('answers CSV in a pipe, and says beside it what was read', async () => {
    const run = await lodestream('query', "select 'a' as x, null as y union all select 'b,c', '' order by x")
    expect([run.code, run.output]).toEqual([0, 'x,y\r\na,\r\n"b,c",""\n'])
    expect(run.errors).toMatch(/^2 rows in 1\.2 s, 3\.4 MB read, query q-0\n$/)
  })

  test('answers JSON alone, and asks the stage of the name', async () => {
    const run = await lodestream('query', 'select count(*) as n from gold.ohlc_daily', '--json')
    expect([run.code, run.errors]).toEqual([0, ''])
    expect(run.lines).toMatchObject([{ rows: [{ n: '0' }], scanned_bytes: 3_449_999, query_id: 'q-0' }])
    expect(aws.lake.asked.at(-1)).toContain('"lodestream_local_gold"."ohlc_daily"')
  })

  test("is refused in the engine's own words, in one sentence", async () => {
    const run = await lodestream('query', 'select nothing from gold.ohlc_daily')
    expect(run.code).toBe(1)
    expect(run.errors).toMatch(/^✖ Athena: .*nothing.* \(query q-0\)\n$/)
  })

  test('that would write is refused before anybody is asked', async () => {
    const run = await lodestream('query', 'drop table gold.ohlc_daily')
    expect([run.code, aws.lake.asked]).toEqual([1, []])
  })
})

describe('quarantine', () => {
  test('lists by reason, explains a record, and releases what passes today', async () => {
    await refused(7, bad, 'price_not_positive')
    await refused(8, good, 'unknown_schema')
    await refused(9, '', 'unknown_schema', 's3://lake/large/market_data_raw/1/9')
    aws.objects.set('/lake/large/market_data_raw/1/9', Buffer.from(good, 'base64'))

    const list = await lodestream('quarantine', 'list')
    expect(list.code).toBe(0)
    expect(list.output).toMatch(
      /market_data_raw {2}unknown_schema +2 .* it was unknown_schema\nmarket_data_raw {2}price_/,
    )

    const explained = await lodestream('quarantine', 'explain', 'market_data_raw/1/7')
    expect(explained.code).toBe(0)
    expect(explained.output).toContain('today    refused still, price_not_positive: price: -0.00000003 is not positive')
    expect(explained.output).toContain('"symbol": "BTCUSDT"')
    expect(explained.output).toMatch(/000000 {2}03 00 /)
    expect(explained.output).toContain('or widen domain/events/tick.ts, deploy, and release it')

    const dry = await lodestream('quarantine', 'release', '--dry-run')
    expect([dry.code, aws.invoked]).toEqual([0, []])
    expect(dry.output).toContain('2 records would be released.')

    const released = await lodestream('quarantine', 'release', '--json')
    expect(released.lines).toEqual([
      {
        released: 2,
        refused: [
          { place: 'market_data_raw/1/7', code: 'price_not_positive', reason: 'price: -0.00000003 is not positive' },
        ],
        dry_run: false,
        more: false,
      },
    ])
    const record = (offset: number) => ({
      topic: 'market_data_raw',
      partition: 1,
      offset,
      timestamp: Date.parse(`${TODAY}T10:00:00.123Z`),
      timestampType: 'LOG_APPEND_TIME',
      value: good,
      headers: [],
    })
    expect(aws.invoked).toEqual([
      {
        fn: 'lodestream-local-lake-landing',
        payload: { eventSource: 'SelfManagedKafka', records: { 'market_data_raw-1': [record(8), record(9)] } },
      },
    ])
  })

  test('is not said to be released where the function could not land it', async () => {
    await refused(8, good, 'unknown_schema')
    aws.invokeAnswer = { batchItemFailures: [{ itemIdentifier: { partition: 'market_data_raw-1', offset: 8 } }] }
    const run = await lodestream('quarantine', 'release', 'market_data_raw/1/8')
    expect([run.code, run.output]).toEqual([1, ''])
    expect(run.errors).toContain('could not land all of 1 record')
  })

  test('a place that is not there is told in a sentence', async () => {
    for (const verb of ['explain', 'release']) {
      const run = await lodestream('quarantine', verb, 'market_data_raw/1/1')
      expect(run.code).toBe(1)
      expect(run.errors).toMatch(/^✖ [^\n]*market_data_raw\/1\/1\b[^\n]*\n$/)
    }
  })
})

/** The planner's answer as the machine's history has it. */
const planned = (run: string, tables: readonly string[]) => [
  { id: 1, timestamp: 1, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Plan' } },
  {
    id: 2,
    timestamp: 2,
    type: 'TaskSucceeded',
    taskSucceededEventDetails: {
      resourceType: 'lambda',
      resource: 'invoke',
      output: JSON.stringify({
        Payload: {
          waves: tables.map((table) => ({
            tables: [{ runs: [{ name: `${table}-2026-11-20-${run}`, input: { table, date: '2026-11-20' } }] }],
          })),
        },
      }),
    },
  },
]
const begun = 1_795_000_000

describe('refresh and runs', () => {
  test('follow each table to its end; one that failed makes exit code 1, and what reads it is skipped', async () => {
    aws.begin = (name) => {
      aws.executions.refresh.push({
        name,
        status: 'FAILED',
        startDate: begun,
        stopDate: begun + 20,
        cause: '1 of 3 tables failed: gold.ohlc_daily of 2026-11-20',
        history: planned(name, ['silver.ticks', 'gold.ohlc_daily', 'gold.latest_price']),
      })
      aws.executions['table-refresh'].push(
        {
          name: `silver.ticks-2026-11-20-${name}`,
          status: 'SUCCEEDED',
          startDate: begun + 1,
          stopDate: begun + 8,
          output: { outcome: 'published', inserted: 2001, updated: 0, deleted: 0, warnings: '[]' },
        },
        {
          name: `gold.ohlc_daily-2026-11-20-${name}`,
          status: 'FAILED',
          startDate: begun + 9,
          stopDate: begun + 15,
          cause: 'high_price >= low_price fails for 3 rows: nothing was published.',
          history: [
            { id: 1, timestamp: begun + 9, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Check' } },
            {
              id: 2,
              timestamp: begun + 10,
              type: 'TaskSubmitted',
              taskSubmittedEventDetails: {
                resourceType: 'athena',
                resource: 'startQueryExecution.sync',
                output: JSON.stringify({ QueryExecutionId: 'q-check' }),
              },
            },
            { id: 3, timestamp: begun + 11, type: 'TaskStateExited', stateExitedEventDetails: { name: 'Check' } },
          ],
        },
      )
    }
    const run = await lodestream('refresh', '--date', '2026-11-20')
    expect(run.code).toBe(1)
    expect(aws.started).toEqual([
      { name: expect.stringMatching(/^\d{8}T\d{6}-[0-9a-f]{4}$/), input: { dates: ['2026-11-20'] } },
    ])
    const id = aws.started[0]?.name
    expect(run.output.split('\n')).toEqual([
      expect.stringMatching(/^table +day +state +time +rows$/),
      expect.stringMatching(/^silver\.ticks +2026-11-20 +published +7\.0 s +2,001 inserted$/),
      expect.stringMatching(
        /^gold\.ohlc_daily +2026-11-20 +failed +6\.0 s +– +high_price >= low_price fails for 3 rows: noth/,
      ),
      expect.stringMatching(/^gold\.latest_price +2026-11-20 +skipped +– +– +what it reads has failed$/),
      '',
      `Run ${id} of 3 tables: 1 failed, 1 skipped, 1 published, in 20.0 s`,
      '',
    ])

    const list = await lodestream('runs', '--failed')
    expect(list.output).toMatch(new RegExp(`${id} .* 20\\.0 s  2 tables, 2026-11-20  failed   1 of 3 tables failed`))

    const one = await lodestream('runs', id ?? '')
    expect(one.output).toContain(
      'gold.ohlc_daily 2026-11-20: failed, 6.0 s, –\n  Check                     2.0 s  query q-check\n',
    )
    const json = await lodestream('runs', id ?? '', '--json')
    expect(json.lines).toMatchObject([{ run: id, tables: [{}, { steps: [{ query_id: 'q-check', seconds: 2 }] }, {}] }])
  })

  test('Ctrl-C ends the watching, not the run', async () => {
    aws.begin = (name) => {
      aws.executions.refresh.push({
        name,
        status: 'RUNNING',
        startDate: begun,
        history: planned(name, ['silver.ticks']),
      })
    }
    const run = new CommandLine(['refresh', '--date', '2026-11-20'], aws.environment)
    await expect.poll(() => run.errors, { timeout: 20_000 }).toContain('has begun')
    run.process.kill('SIGINT')
    expect(await run.end()).toBe(0)
    expect(run.errors).toContain(`goes on by itself: lodestream runs ${aws.started[0]?.name}`)
    expect(run.output).toContain('silver.ticks  2026-11-20  waiting')
  })

  test('--no-wait begins and ends', async () => {
    const run = await lodestream(
      'refresh',
      '--tables',
      'gold.ohlc_daily',
      '--date',
      '2026-11-20',
      '--no-wait',
      '--json',
    )
    expect(run.lines).toEqual([{ run: aws.started[0]?.name, execution: expect.stringContaining(':execution:') }])
    expect(aws.started[0]?.input).toEqual({ dates: ['2026-11-20'], tables: ['gold.ohlc_daily'] })
  })

  test('a run that is not there is told in a sentence', async () => {
    const run = await lodestream('runs', 'nope')
    expect([run.code, run.errors]).toEqual([
      1,
      expect.stringMatching(/^✖ There is no run nope in stage local: [^\n]*\n$/),
    ])
    expect((await lodestream('runs')).output).toContain('Nothing has run yet: lodestream refresh --date')
  })
})
