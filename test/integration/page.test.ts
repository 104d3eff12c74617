import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { GOLDEN_LAKE } from '#test/dashboards/golden-lake.ts'
import { PageStage } from '#test/dashboards/page-stage.ts'
import { fillOf, TOPICS, tickOf } from '#test/lambdas/api/market.ts'

const START = Date.UTC(2026, 0, 5, 12)
/** The page asks once a second; a machine under load may take its time. */
const SOON = { timeout: 20_000, interval: 100 }

let stage: PageStage
let page: Page
/** Minutes since START, so that each test's trades follow those before. */
let minute = 300

const trade = (price: string, symbol = 'BTCUSDT', quantity = '1') =>
  stage.market.deliver(tick, 0, [tickOf(symbol, START + minute * 60_000, price, quantity)])
const textOf = async (locator: Locator) => (await locator.allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ')
const text = (selector: string) => textOf(page.locator(selector))
const state = () => page.locator('#freshness').getAttribute('data-state')
const rowOf = (symbol: string) => page.locator(`#board tr[data-key=${symbol}]`)

beforeAll(async () => {
  stage = await PageStage.open()
  const history = Array.from({ length: 300 }, (_, i) =>
    tickOf('BTCUSDT', START + i * 60_000, (40_000 + 300 * Math.sin(i / 20)).toFixed(2), '0.5'),
  )
  await stage.market.deliver(tick, 0, history)
  await stage.market.deliver(tick, 1, [
    tickOf('ETHUSDT', START + 300 * 60_000, '2000.5'),
    tickOf('BAD/,<b>', START, '1'),
  ])
  await stage.market.deliverGarbage(tick.topic, 1, START + 301 * 60_000)
  await stage.market.deliver(fill, 0, [
    fillOf('alpha', 'BTCUSDT', START, 'buy', '39000', '2', '5'),
    fillOf('beta', 'ETHUSDT', START, 'sell', '2100', '10', '5'),
  ])
  page = await stage.visit('#symbol=BTCUSDT')
  await page.locator('#legend dt').first().waitFor()
})

afterEach(() => {
  expect(stage.complaints).toEqual([])
})

afterAll(async () => {
  await stage.close()
})

describe('while input flows', () => {
  test('the newest candle moves, and a new one follows it', async () => {
    const drawn = await page.locator('#chart').screenshot()
    await trade('41234.56')
    await expect.poll(() => text('#legend'), SOON).toMatch(/C 41,234\.56/)
    await trade('41230.01')
    await expect.poll(() => text('#legend'), SOON).toMatch(/H 41,234\.56.*C 41,230\.01.*Trades 2/)
    minute += 1
    await trade('41300')
    await expect.poll(() => text('#legend'), SOON).toMatch(/17:01.*O 41,300\.00.*Trades 1/)
    expect(drawn.equals(await page.locator('#chart').screenshot())).toBe(false)
  })

  test('the board, the quote and the title follow, and the change lights up', async () => {
    await trade('41500.25')
    await expect.poll(() => textOf(rowOf('BTCUSDT')), SOON).toContain('41,500.25')
    expect(await rowOf('BTCUSDT').locator('td').first().getAttribute('class')).toContain('flash-up')
    expect(await text('#market-price')).toBe('41,500.25')
    expect(await page.title()).toBe('41,500.25 BTCUSDT')
  })

  test('positions are marked anew', async () => {
    await page.locator('#account').selectOption('alpha')
    await trade('42000')
    // 2 × (42,000 − 39,000) less fees of 5
    await expect
      .poll(() => text('#positions tr[data-key=BTCUSDT]'), SOON)
      .toMatch(/84,000\.00.*\+6,000\.00 5\.00 \+5,995\.00/)
    expect(await text('#totals')).toContain('+5,995.00')
  })

  test('where servers stand in for the venues, the page says so', async () => {
    await expect.poll(() => page.locator('#venues').isVisible(), SOON).toBe(true)
  })

  test('records are counted by what became of them', async () => {
    await expect.poll(() => text('#topics tr[data-key=market_data_raw]'), SOON).toMatch(/raw [\d,]+ \d+ 0 1 /)
    expect(await text('#rejections')).toMatch(/^Rejected: \w+ 1$/)
    expect(await text('#active')).toMatch(/Open 2 Long 1 Short 1 Accounts 2/)
  })
})

describe('choosing', () => {
  test('a symbol by mouse and by keyboard; the address keeps it', async () => {
    await rowOf('ETHUSDT').click()
    await expect.poll(() => text('#market-symbol'), SOON).toBe('ETHUSDT')
    await expect.poll(() => text('#legend'), SOON).toMatch(/C 2,000\.50/)
    await rowOf('BTCUSDT').locator('button').focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => text('#market-symbol'), SOON).toBe('BTCUSDT')
    expect(page.url()).toContain('symbol=BTCUSDT')
    expect(await rowOf('BTCUSDT').locator('button').getAttribute('aria-pressed')).toBe('true')
  })

  test('the length of a candle', async () => {
    await page.getByRole('button', { name: '1h' }).click()
    await expect.poll(() => text('#legend'), SOON).toMatch(/17:00/)
    await expect.poll(() => page.locator('#chart').getAttribute('aria-label'), SOON).toMatch(/BTCUSDT 1h, 6 candles/)
    await page.getByRole('button', { name: '1m' }).click()
    await expect.poll(() => page.locator('#chart').getAttribute('aria-label'), SOON).toMatch(/BTCUSDT 1m, 300 candles/)
  })

  test('a name that looks like markup is text', async () => {
    expect(await page.locator('#board b').count()).toBe(0)
    await page.locator('#board tr').filter({ hasText: 'BAD/,<b>' }).click()
    await expect.poll(() => text('#legend'), SOON).toMatch(/C 1\.0000/)
    await rowOf('BTCUSDT').click()
    await expect.poll(() => text('#market-symbol'), SOON).toBe('BTCUSDT')
  })
})

describe('the lake', () => {
  const chart = () => page.locator('#chart').getAttribute('aria-label')

  test('before its first run it says what makes one', async () => {
    await expect
      .poll(() => text('#runs-empty'), SOON)
      .toMatch(/^No run within 7 days: lodestream refresh --date 20\d\d-/)
    expect(await text('#quarantine-empty')).toBe('Nothing waits: every record has landed.')
    await page.getByRole('button', { name: '1d' }).click()
    await expect.poll(() => text('#chart-empty'), SOON).toMatch(/^No day of BTCUSDT is in the lake yet/)
    await page.getByRole('button', { name: '1m' }).click()
    await expect.poll(chart, SOON).toMatch(/BTCUSDT 1m, 300 candles/)
  })

  test('shows what its runs did and why one failed, how fresh its tables are, and what waits', async () => {
    await stage.lake.run(GOLDEN_LAKE)
    await stage.stopApi()
    await stage.startApi()
    await page.reload()
    const runs = () => text('#runs tr')
    await expect
      .poll(runs, SOON)
      .toMatch(/gold\.daily_pnl 2026-01-04 failed – .* fees >= 0 fails for 3 rows: nothing was/)
    expect(await runs()).toMatch(
      /gold\.ohlc_daily 2026-01-04 published 20 new, 1 changed, 2 gone .* Warns: trades between/,
    )
    expect(await text('#tables tr')).toMatch(
      /gold\.daily_pnl – failed gold\.latest_price whole .*silver\.ticks 2026-01-04/,
    )
    expect(await text('#quarantine tr')).toBe('price_not_positive market_data_raw 2 unknown_schema trades_raw 1')
    expect(await page.locator('#runs-empty').isHidden()).toBe(true)
  })

  test('has daily candles, each a trade date', async () => {
    await page.getByRole('button', { name: '1d' }).click()
    await expect
      .poll(chart, SOON)
      .toBe('BTCUSDT 1d, 3 candles with volume, each a trade date that closes 17:00 New York')
    expect(await text('#legend')).toMatch(
      /^2026-01-04 closes 17:00 New York O 40,000\.00 H 42,345\.68 .* VWAP 41,200\.00/,
    )
    await page.getByRole('button', { name: '1m' }).click()
    await expect.poll(chart, SOON).toMatch(/BTCUSDT 1m, 300 candles/)
  })

  test('away, it is said there, what was shown stays, and nothing live is touched', async () => {
    const ofLake = /runs|lake|quarantine|interval=1d/
    const away = { detail: 'The lake did not answer when asked for it.' }
    stage.gate = async ({ url }) =>
      ofLake.test(url)
        ? Response.json(away, { status: 503, headers: { 'content-type': 'application/problem+json' } })
        : undefined
    const seen = await stage.visit('#symbol=BTCUSDT&interval=1d')
    await expect.poll(() => textOf(seen.locator('#chart-empty')), SOON).toBe(away.detail)
    await expect.poll(() => textOf(seen.locator('#lake-state')), SOON).toBe(away.detail)
    await trade('42010')
    await expect.poll(() => seen.title(), SOON).toBe('42,010.00 BTCUSDT')
    expect(await seen.locator('#freshness').getAttribute('data-state')).toBe('fresh')
    await seen.context().close()
    await page.evaluate('checks.hide(false)')
    await expect
      .poll(() => text('#lake-state'), SOON)
      .toMatch(/^The lake did not answer .* What is shown is as of 12:00:00 UTC\.$/)
    expect(await page.locator('#runs tr').count()).toBe(5)
    stage.gate = async () => undefined
  })
})

describe('light and dark', () => {
  const ground = (of: Page) => of.evaluate<string>('getComputedStyle(document.body).backgroundColor')

  test('follow the system, until one is chosen; the choice stays', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await ground(page)
    await page.emulateMedia({ colorScheme: 'light' })
    const light = await ground(page)
    expect(dark).not.toBe(light)
    await page.getByRole('button', { name: 'Switch to the dark theme' }).click()
    expect(await ground(page)).toBe(dark)
    await page.reload()
    expect(await ground(page)).toBe(dark)
    await page.getByRole('button', { name: 'Switch to the light theme' }).click()
    expect(await ground(page)).toBe(light)
  })

  test.each(['light', 'dark'] as const)('every text in %s has a contrast of at least 4.5', async (colorScheme) => {
    const seen = await stage.visit('#symbol=BTCUSDT', { colorScheme })
    await seen.locator('#legend dt').first().waitFor()
    await seen.locator('#totals td').first().waitFor()
    expect(await seen.evaluate('checks.poorContrasts()')).toEqual([])
    await seen.context().close()
  })
})

test.each([1440, 1024, 390])('at a width of %i nothing overflows, and nothing moves as values come', async (width) => {
  const seen = await stage.visit('#symbol=BTCUSDT', { viewport: { width, height: 860 } })
  await seen.locator('#totals td').first().waitFor()
  for (const price of ['42000.1', '43999.99', '999.5', '42000']) {
    await trade(price)
    await expect
      .poll(() => seen.title(), SOON)
      .toContain(Number(price).toLocaleString('en-US', { minimumFractionDigits: 2 }).slice(0, 5))
  }
  const overflow = await seen.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  expect(overflow).toBeLessThanOrEqual(0)
  expect(await seen.evaluate('checks.shift')).toBeLessThan(0.1)
  await seen.context().close()
})

describe('trouble is said', () => {
  test('the API away, and back', async () => {
    await expect.poll(state, SOON).toBe('fresh')
    await stage.stopApi()
    await expect.poll(state, SOON).toBe('away')
    expect(await text('#freshness')).toMatch(/^API away values as of \d\d:\d\d:\d\d UTC$/)
    expect(await text('#notice')).toMatch(/The API is away.* What is shown is as of .* the next try is in \d+ s\./)
    expect(await textOf(rowOf('BTCUSDT'))).toContain('42,000.00')
    await stage.startApi()
    await trade('42100')
    await expect.poll(state, SOON).toBe('fresh')
    await expect.poll(() => textOf(rowOf('BTCUSDT')), SOON).toContain('42,100.00')
    expect(await page.locator('#notice').isHidden()).toBe(true)
  })

  test('while requests are slow they do not pile up, and while the page is hidden there are none', async () => {
    const open = new Map<string, number>()
    let most = 0
    let requests = 0
    stage.gate = async (request) => {
      const { pathname } = new URL(request.url)
      requests += 1
      open.set(pathname, (open.get(pathname) ?? 0) + 1)
      most = Math.max(most, open.get(pathname) ?? 0)
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      open.set(pathname, (open.get(pathname) ?? 0) - 1)
      return undefined
    }
    // Each click asks for a beat at once; one is still under way.
    for (const interval of ['5m', '15m', '1h', '1m']) {
      await page.getByRole('button', { name: interval, exact: true }).click()
      const before = requests
      await expect.poll(() => requests, SOON).toBeGreaterThan(before)
    }
    await expect.poll(() => requests, SOON).toBeGreaterThan(15)
    expect(most).toBe(1)
    stage.gate = async () => {
      requests += 1
      return undefined
    }
    const hide = (hidden: boolean) => page.evaluate(`checks.hide(${hidden})`)
    await hide(true)
    let last = -1
    await expect
      .poll(
        () => {
          const still = requests === last
          last = requests
          return still
        },
        { timeout: 20_000, interval: 3_000 },
      )
      .toBe(true)
    await trade('42200')
    await hide(false)
    await expect.poll(() => text('#market-price'), SOON).toBe('42,200.00')
    stage.gate = async () => undefined
  })

  test('records that are missing, in words', async () => {
    stage.market.lose(tick.topic, 1, 40n)
    await stage.market.deliver(tick, 1, [tickOf('ETHUSDT', START + minute * 60_000, '2001')])
    await expect.poll(state, SOON).toBe('stale')
    expect(await text('#notice')).toBe(
      'Figures may be wrong: market_data_raw, partition 1: records from offset 3 to before 43 are missing; it is rebuilt from the log.',
    )
    await expect.poll(() => text('#topics'), SOON).toContain('stale')
    expect(TOPICS.get(tick.topic)).toBe(2)
  })
})
