import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge'
import { afterEach, describe, expect, test } from 'vitest'
import { clientSettings } from '#adapters/aws/connection.ts'
import { administer, startRedis } from '#local/engines/redis.ts'
import { ensure, eventually, runningPart } from '#local/process.ts'
import { endpoints } from '#local/state.ts'
import { seeded, seedOf } from '../contracts/random.ts'
import { caughtUp, eventsOf, get, home, killOne, lodestream, withView } from './platform.ts'
import { type Figures, figuresIn, recomputed } from './recomputed.ts'

const seed = seedOf('faults')
const BRIDGE = 'kafka-event-source'

interface Board {
  readonly freshness: { readonly state: string; readonly complete: boolean; readonly reasons: readonly string[] }
}

/** What the running market of one test is made of. */
interface Market {
  /** Of its own: a market of the same seed and time has the same execution ids, and so nothing but duplicates. */
  readonly seed: number
  readonly symbols: readonly string[]
  readonly from: number
  readonly to: number
}

afterEach(async () => {
  await bridgeWith({})
  await healEachMinute(true)
})

test('batches delivered twice, twice at once, bisected, from lost commits, and functions killed: no value changes', async () => {
  const market = marketNamed('F')
  await bridgeWith({
    LODESTREAM_ESM_FAULTS: JSON.stringify({
      duplicate: 0.3,
      concurrentDuplicate: 0.3,
      dropCommit: 0.2,
      bisect: 0.3,
      seed,
    }),
  })
  const random = seeded(seed)
  const producing = produce(market, 300)
  let killed = 0
  const killing = eventually(async () => {
    if (random() < 0.5) killed += await killOne('lambda-hot-metrics', random)
    return killed >= 25
  }, 120_000)
  await Promise.all([producing, killing])
  await bridgeWith({})
  await caughtUp()

  expect(killed).toBeGreaterThanOrEqual(25)
  await expectExact(market)
})

describe('Redis', () => {
  test('flushed while input flows: noticed, served as stale, rebuilt, and equal to an uninterrupted run', async () => {
    const market = marketNamed('R')
    await produce(market, 100)
    await caughtUp()
    const before = await actual(market)
    await healEachMinute(false)
    const redis = await startRedis({ home: home() })
    const [master] = redis.nodes
    if (master) await administer(master, (client) => client.flushall())

    expect((await get<Board>('/prices/latest')).freshness).toMatchObject({ state: 'stale', complete: false })
    const second = marketNamed('R2')
    await produce(second, 100)
    await caughtUp()
    const { freshness } = await get<Board>('/prices/latest')
    expect(freshness.state).toBe('stale')
    expect(freshness.reasons.length).toBeGreaterThan(0)

    const { partitions } = JSON.parse(await lodestream('replay', '--json'))
    expect(partitions.map(({ outcome }: { outcome: string }) => outcome)).not.toContain('failed')

    expect((await get<Board>('/prices/latest')).freshness).toMatchObject({
      state: 'fresh',
      complete: true,
      reasons: [],
    })
    expect(await actual(market)).toEqual(before)
    await expectExact(market)
    await expectExact(second)
  })

  test('killed, and back with nothing: the schedule alone heals it', async () => {
    const market = marketNamed('K')
    await produce(market, 100)
    await caughtUp()
    const part = runningPart(home(), 'redis')
    if (part) process.kill(part.pid, 'SIGKILL')
    expect(await eventually(() => runningPart(home(), 'redis') === undefined, 10_000)).toBe(true)
    await startRedis({ home: home() })

    const isFresh = async () => {
      const { freshness } = await get<Board>('/health')
      return freshness.state === 'fresh' && freshness.complete
    }
    expect(await eventually(() => isFresh().catch(() => false), 180_000)).toBe(true)
    await expectExact(market)
  })
})

let markets = 0

/** Five symbols of this test's own, over the last minutes. */
function marketNamed(name: string): Market {
  const to = Math.floor(Date.now() / 60_000) * 60_000
  markets += 1
  return {
    seed: seed + markets,
    symbols: Array.from({ length: 5 }, (_, i) => `${name}${i}-${seed}`),
    from: to - 120_000,
    to,
  }
}

/** Two minutes of the market, as quickly as they go. */
async function produce({ seed, symbols, from }: Market, eventsPerSecond: number): Promise<void> {
  const produced = await lodestream(
    ...['produce', '--source', 'simulated', '--speed', '20', '--json', '--seed', `${seed}`],
    ...['--symbols', symbols.join(','), '--accounts', '5', '--events-per-second', `${eventsPerSecond}`],
    ...['--bad-data-rate', '0'],
    ...['--start', new Date(from).toISOString(), '--duration', '120s'],
  )
  const { produced: sent, acknowledged } = JSON.parse(produced)
  expect(acknowledged).toBe(sent)
}

async function expectExact(market: Market): Promise<void> {
  const isOurs = ({ symbol }: Record<string, unknown>) => market.symbols.includes(String(symbol))
  const events = [...(await eventsOf('market_data_raw', isOurs)), ...(await eventsOf('trades_raw', isOurs))]
  expect(await actual(market)).toEqual(await recomputed(events))
}

const actual = ({ symbols, from, to }: Market): Promise<Figures> =>
  withView((view) => figuresIn(view, symbols, from, to + 60_000))

/** Whether live values that are gone are looked for each minute; a test that looks at stale ones has it off. */
async function healEachMinute(isOn: boolean): Promise<void> {
  const client = new EventBridgeClient(clientSettings({ endpoint: endpoints(home()).aws }))
  const { Rules = [] } = await client.send(new ListRulesCommand({}))
  const Name = Rules.find(({ Description }) => Description === 'Looks for live values to rebuild.')?.Name
  expect(Name, 'no rule looks for live values to rebuild').toBeDefined()
  await client.send(isOn ? new EnableRuleCommand({ Name }) : new DisableRuleCommand({ Name }))
  client.destroy()
}

/** Restarts the event source bridge with these variables, unless it runs with just them. */
async function bridgeWith(faults: Readonly<Record<string, string>>): Promise<void> {
  const part = runningPart(home(), BRIDGE)
  if (!part) throw new Error('the event source bridge does not run')
  const { LODESTREAM_ESM_FAULTS: _, ...env } = part.env
  const [program = '', ...words] = part.command
  await ensure(home(), { name: BRIDGE, command: [program, ...words], env: { ...env, ...faults } })
}
