import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensure, eventually, stopPart } from '#local/process.ts'
import { endpoints, repository } from '#local/state.ts'
import { seedOf } from '../contracts/random.ts'
import { launchBrowser } from '../dashboards/browser.ts'
import { get, home } from './platform.ts'

/** The page polls once a second, on a machine that may be busy. */
const SOON = { timeout: 120_000, interval: 200 }
const PRODUCER = 'producer-of-test'
const seed = seedOf('live page')

let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  const script = `${repository}/bin/lodestream.ts`
  const symbols = `PAGEA-${seed},PAGEB-${seed}`
  await ensure(home(), {
    name: PRODUCER,
    command: [
      ...([process.execPath, script, 'produce', '--source', 'simulated', '--seed', `${seed}`] as const),
      ...['--symbols', symbols, '--events-per-second', '100'],
    ],
    env: { LODESTREAM_HOME: home(), CI: 'true' },
  })
  // A page that is asked for a symbol which does not exist shows another one.
  const traded = () => get(`/ohlc/PAGEA-${seed}`).then(Boolean, () => false)
  expect(await eventually(traded, 60_000)).toBe(true)
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${endpoints(home()).page}/#symbol=PAGEA-${seed}&account=aurora`)
})

afterAll(async () => {
  await browser.close()
  await stopPart(home(), PRODUCER)
})

test('candles, prices and positions move in the real browser while input flows', async () => {
  const text = async (selector: string) => (await page.locator(selector).allInnerTexts()).join(' ')
  const seen = { legend: new Set<string>(), price: new Set<string>(), positions: new Set<string>() }
  await expect.poll(() => text('#legend'), SOON).toMatch(/Trades/)
  const drawn = await page.locator('#chart').screenshot()
  await expect
    .poll(async () => {
      seen.legend.add(await text('#legend'))
      seen.price.add(await text('#market-price'))
      seen.positions.add(await text('#positions'))
      return Math.min(seen.legend.size, seen.price.size, seen.positions.size)
    }, SOON)
    .toBeGreaterThanOrEqual(4)

  expect(drawn.equals(await page.locator('#chart').screenshot())).toBe(false)
  expect(await page.locator('#freshness').getAttribute('data-state')).toBe('fresh')
  expect(complaints).toEqual([])
})
