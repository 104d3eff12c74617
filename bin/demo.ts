import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Refusal } from '#domain/refusal.ts'
import { tradeDateOf } from '#domain/tables/market-day.ts'
import { alone } from '#local/installs.ts'
import { ensure, eventually, stopPart } from '#local/process.ts'
import { platformHome, repository } from '#local/state.ts'
import { statusOf } from '#local/status.ts'
import { bringDown, planUp, type Up } from '#local/up.ts'
import { statusText } from './commands/status.ts'
import { openTerminal, runSteps, secondsSince, showFailure } from './terminal.ts'

/**
 * `make demo`: the platform comes up, input flows, and what to look at is said; behind that the batch engines start, and
 * today's gold is made. On a terminal it stays, showing the state of each part, until Ctrl-C takes everything down;
 * otherwise, or with DETACH=1, it returns once there is gold.
 */
const terminal = openTerminal()
const home = platformHome()
const stays = process.stdout.isTTY === true && !process.env.CI && process.env.DETACH !== '1'

const SYMBOLS = 'AAPL,IBM,LMT,MSFT,NVDA,RTX,SHIBUSDT,SOLUSDT'
const HOUR_MS = 3_600_000

/**
 * What plays into the demo, beside the feeds. Each symbol has one source, so that no candle is made of two markets:
 * BTCUSDT, ETHUSDT and BNBUSDT are Binance's, or its stand-in's.
 */
const PRODUCERS = {
  // An hour that has just passed, as quickly as it goes: candles to look at from the first second on.
  'producer-history': [
    ...['--source', 'simulated', '--seed', '6', '--symbols', SYMBOLS, '--events-per-second', '20', '--speed', 'max'],
    ...['--bad-data-rate', '0'],
    ...['--start', new Date(Date.now() - HOUR_MS).toISOString(), '--duration', '1h'],
  ],
  'producer-recorded': ['--source', 'recorded', '--symbol', 'BTCUSDT.2021', '--at', 'now'],
  'producer-customers': ['--source', 'customers', '--events-per-second', '10'],
  'producer-simulated': ['--source', 'simulated', '--seed', '7', '--symbols', SYMBOLS, '--events-per-second', '200'],
} as const
/** Those that go on; the others end by themselves, and a second demo plays them again. */
const LASTING = ['producer-customers', 'producer-simulated']

/** What the first gold is: the other sources' silver is made by its schedule, or by `lodestream refresh`. */
const MARKET_TABLES = 'silver.ticks,silver.fills,gold.fact_fills,gold.ohlc_daily,gold.daily_pnl,gold.latest_price'

async function main(): Promise<void> {
  const begun = performance.now()
  await alone(join(home, 'up.lock'), async () => {
    const { plan, result, batch } = await planUp(home)
    await runSteps(terminal, plan.steps)
    const up = await result
    await startProducers()
    const { first, seconds } = await firstPrice(up.api, begun)
    terminal.result({ ...up, seconds_to_first_price: seconds }, () => whatToLookAt(up, first, seconds))
    if (stays) for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => takeDown().catch(showFailure))
    await runSteps(terminal, batch.steps)
  })
  terminal.note("Making today's gold: bronze to silver by Spark, silver to gold by Trino …")
  const gold = await firstGold()
  terminal.result({ gold, seconds_to_first_gold: secondsSince(begun) }, () => goldToLookAt(gold, secondsSince(begun)))
  if (stays) await stay()
}

const execute = promisify(execFile)

/** Runs `lodestream …` on this platform, and answers what it wrote. */
async function lodestream(...words: readonly string[]): Promise<string> {
  const script = join(repository, 'bin', 'lodestream.ts')
  const env = { ...process.env, LODESTREAM_HOME: home, CI: 'true' }
  return (await execute(process.execPath, [script, ...words], { env, maxBuffer: 2 ** 26 })).stdout
}

/** Refreshes the days that the demo's input belongs to, and answers with how many bars and position days gold has of them. */
async function firstGold(): Promise<{ readonly bars: number; readonly positions: number }> {
  const now = Date.now()
  const dates = [...new Set([tradeDateOf(now - HOUR_MS), tradeDateOf(now)])]
  await lodestream('refresh', '--date', dates.join(','), '--tables', MARKET_TABLES)
  const days = dates.map((date) => `date '${date}'`).join(', ')
  const count = (table: string) => `(select count(*) from ${table} where trade_date in (${days}))`
  const counts = `select ${count('gold.ohlc_daily')} as bars, ${count('gold.daily_pnl')} as positions`
  const { rows } = JSON.parse(await lodestream('query', counts, '--json'))
  return { bars: Number(rows[0].bars), positions: Number(rows[0].positions) }
}

async function startProducers(): Promise<void> {
  for (const [name, words] of Object.entries(PRODUCERS)) {
    if (!LASTING.includes(name)) await stopPart(home, name)
    const script = join(repository, 'bin', 'lodestream.ts')
    await ensure(home, {
      name,
      command: [process.execPath, script, 'produce', ...words],
      env: { LODESTREAM_HOME: home, CI: 'true' },
    })
  }
}

/** Waits until the API answers with a price. */
async function firstPrice(api: string, begun: number): Promise<{ first: string; seconds: number }> {
  let first: string | undefined
  const priced = await eventually(async () => {
    const response = await fetch(`${api}/prices/latest`, { signal: AbortSignal.timeout(5_000) })
    const board = (await response.json()) as { prices?: readonly { symbol: string; price: string }[] }
    const [newest] = board.prices ?? []
    first = newest && `${newest.symbol} ${newest.price}`
    return first !== undefined
  }, 60_000)
  if (!priced || first === undefined)
    throw new Refusal(
      'Everything is up, but no price has come through in a minute: see lodestream logs producer-simulated, ' +
        'kafka-event-source and lambda-lodestream-local-hot-metrics.',
    )
  return { first, seconds: secondsSince(begun) }
}

const whatToLookAt = ({ api, page }: Up, first: string, seconds: number): string => `
The first price after ${seconds} s: ${first}

  ${page}   the live page: candles that move, the price board, positions with their PnL, lag
  ${api}/docs   the API, described
  npx lodestream topics                 what came in, and how far its readers are
  npx lodestream tail market_data_raw   what flows, decoded
  npx lodestream status                 what runs, and how far behind it is
  make down                             stop everything
`

const goldToLookAt = ({ bars, positions }: { bars: number; positions: number }, seconds: number): string => `
The first gold after ${seconds} s: ${bars} daily bars, ${positions} positions with their PnL

  npx lodestream query "select * from gold.ohlc_daily"      the lake, in SQL
  npx lodestream refresh                                    whatever new records have touched; --dry-run shows how
  npx lodestream runs                                       what ran, and why it failed
  npx lodestream quarantine list                            what could not be read
`

/** Redraws the state of each part every second, until Ctrl-C. */
async function stay(): Promise<never> {
  for (;;) {
    const text = `${statusText(await statusOf(home))}\n\nCtrl-C takes everything down.`
    process.stdout.write(`\u001b[?25l${text}\u001b[J`)
    await delay(1_000)
    process.stdout.write(`\r\u001b[${text.split('\n').length - 1}A`)
  }
}

/** Ctrl-C, from the first price on. */
async function takeDown(): Promise<void> {
  process.stdout.write('\u001b[?25h\u001b[J\n')
  terminal.note('taking everything down …')
  await bringDown(home)
  terminal.note('everything is down; the data stays in .lodestream')
  process.exit()
}

main().catch(showFailure)
