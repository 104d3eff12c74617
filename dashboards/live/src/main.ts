import type { Accounts, ActivePositions, Health, Portfolio, PriceBoard, Readings } from './answers.ts'
import { apiAt, type GetJson } from './api.ts'
import { Beyond } from './beyond.ts'
import { Board } from './board.ts'
import { choose, readChoices } from './choices.ts'
import { loadConfig } from './config.ts'
import { byId } from './elements.ts'
import { FreshnessLine } from './freshness-line.ts'
import { startHeartbeat } from './heartbeat.ts'
import { Lake } from './lake.ts'
import { startLogin } from './login.ts'
import { Market } from './market.ts'
import { Pipeline, recordsOf } from './pipeline.ts'
import { Positions } from './positions.ts'
import { startThemeSwitch } from './theme.ts'

const EVERY_MS = 1_000
/** What is about the pipeline, and not the market, is asked for at every so many beats. */
const PIPELINE_EVERY = 2
/** The lake's answers are kept for as long as that, so asking sooner shows nothing new, ms. */
const LAKE_EVERY_MS = 30_000

/** Mood, news and customers are figures of an hour or a day, ms. */
const BEYOND_EVERY_MS = 5_000

const freshness = new FreshnessLine()

async function start(): Promise<void> {
  const config = await loadConfig()
  const login = config.login && startLogin(config.login)
  const logout = byId('logout', HTMLButtonElement)
  logout.hidden = login === undefined
  logout.addEventListener('click', () => login?.logout())
  byId('docs', HTMLAnchorElement).href = `${config.apiBase}/docs`
  const get = apiAt(config, login)
  const market = new Market(
    get,
    (interval) => {
      choose({ interval })
      beatNow()
    },
    () => daysNow(),
  )
  const beat = beatOf(get, market, () => beatNow())
  const beatNow = startHeartbeat(beat, EVERY_MS, {
    succeeded: () => freshness.back(),
    failed: (error, retryInMs) => freshness.away(error instanceof Error ? error.message : String(error), retryInMs),
  })
  // Apart from the live beat: the lake may take seconds, or be away, and nothing live waits for it.
  const daysNow = startHeartbeat(() => market.refreshDays(readChoices()), LAKE_EVERY_MS, {
    succeeded: () => undefined,
    failed: () => undefined,
  })
  const beyond = new Beyond(get)
  // Whether the API is away, the live beat says.
  startHeartbeat(() => beyond.refresh(), BEYOND_EVERY_MS, { succeeded: () => undefined, failed: () => undefined })
  const lake = new Lake(get)
  startHeartbeat(() => lake.refresh(), LAKE_EVERY_MS, {
    succeeded: () => lake.back(),
    failed: (error) => lake.away(error instanceof Error ? error.message : String(error)),
  })
}

/** One beat: asks for everything at once, and shows each part as it comes. */
function beatOf(get: GetJson, market: Market, beatNow: () => void): (count: number) => Promise<void> {
  const board = new Board((symbol) => {
    choose({ symbol })
    beatNow()
  })
  const positions = new Positions((account) => {
    choose({ account })
    beatNow()
  })
  const pipeline = new Pipeline()
  const venues = [byId('venues', HTMLElement), byId('venues-note', HTMLElement)]
  startThemeSwitch(byId('theme', HTMLButtonElement), () => market.restyle())

  const showPrices = async () => {
    const answer = await get<PriceBoard>('/prices/latest')
    if (answer === undefined) return
    const { prices } = answer
    const held = readChoices()
    const symbol = prices.some((price) => price.symbol === held.symbol) ? held.symbol : (prices[0]?.symbol ?? '')
    const choices = { ...held, symbol }
    board.show(prices, symbol)
    market.quote(
      prices.find((price) => price.symbol === symbol),
      choices,
    )
    await market.refresh(choices)
  }
  const showPositions = async () => {
    const accounts = await get<Accounts>('/portfolio')
    if (accounts === undefined) return
    const names = accounts.accounts.map(({ account }) => account)
    const held = readChoices().account
    const account = names.includes(held) ? held : (names[0] ?? '')
    positions.offer(accounts, account)
    if (account === '') return
    const portfolio = await get<Portfolio>(`/portfolio/${encodeURIComponent(account)}`)
    if (portfolio !== undefined) positions.show(portfolio)
  }
  const showPipeline = async () => {
    const health = await get<Health>('/health')
    if (health === undefined) return
    freshness.show(health.freshness)
    for (const place of venues) place.hidden = health.venues === 'real'
    const handled = await Promise.all(
      health.topics.map(
        async ({ topic }) => [topic, await get<Readings<number>>(`/live/handled_records/${topic}`)] as const,
      ),
    )
    pipeline.showRecords(recordsOf(health, new Map(handled)))
    const active = await get<Readings<ActivePositions>>('/live/active_positions/all')
    const [reading] = active?.readings ?? []
    if (reading !== undefined) pipeline.showActive(reading.reading)
  }
  return async (count) => {
    await Promise.all([showPrices(), showPositions(), count % PIPELINE_EVERY === 0 ? showPipeline() : undefined])
  }
}

start().catch((error: unknown) => {
  freshness.away(error instanceof Error ? `${error.message}.` : String(error), 0)
})
