import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startPageBridge } from '#local/bridges/page.ts'
import { DuckLake } from '#test/lambdas/api/duck-lake.ts'
import { Market } from '#test/lambdas/api/market.ts'
import { serveApp } from '#test/lambdas/api/serve-app.ts'
import { apiOver } from '#test/lambdas/api/small-market.ts'
import { buildPage } from '../../dashboards/live/build.ts'
import { launchBrowser } from './browser.ts'

/** What the API does with a request before it answers; a Response answers in its place. */
export type Gate = (request: Request) => Promise<Response | undefined>

/** The built page in a real browser, before the real API over a market and a lake in memory. */
export class PageStage {
  readonly market = new Market()
  /** Its tables are empty at first; the API is asked at noon of the small market's day. */
  readonly lake: DuckLake
  /** Everything that the browser complained of: errors of scripts, refusals by the content security policy. */
  readonly complaints: string[] = []
  gate: Gate = async () => undefined
  readonly #root: string
  readonly #browser: Browser
  #api: Awaited<ReturnType<typeof serveApp>> | undefined
  #bridge: Server | undefined

  private constructor(root: string, browser: Browser, lake: DuckLake) {
    this.lake = lake
    this.#root = root
    this.#browser = browser
  }

  /** @param login origin of the login pages that the page may talk to. @default none */
  static async open({ login }: { readonly login?: string } = {}): Promise<PageStage> {
    const root = await mkdtemp(join(tmpdir(), 'lodestream-page-'))
    await buildPage(root)
    const browser = await launchBrowser()
    const stage = new PageStage(root, browser, await DuckLake.open())
    await stage.startApi()
    const apiUrl = stage.#api?.url ?? ''
    stage.#bridge = await startPageBridge({ root, apiUrl, ...(login === undefined ? {} : { login }) })
    return stage
  }

  /** Where the page is, with a slash at the end. */
  get url(): string {
    const address = this.#bridge?.address() as AddressInfo | undefined
    return `http://127.0.0.1:${address?.port}/`
  }

  async configure(config: unknown): Promise<void> {
    await writeFile(join(this.#root, 'config.json'), JSON.stringify(config))
  }

  /** Starts the API, where it was before if it ran already. */
  async startApi(): Promise<void> {
    const { app } = apiOver(this.market.store, this.lake)
    const fetch = async (request: Request) => (await this.gate(request)) ?? app.fetch(request)
    this.#api = await serveApp({ fetch }, this.#api?.port)
  }

  async stopApi(): Promise<void> {
    await this.#api?.stop()
  }

  /** Opens the page in a browser profile of its own. */
  async visit(hash = '', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
    await context.addInitScript({ path: join(import.meta.dirname, 'in-browser.js') })
    const page = await context.newPage()
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (line) => {
      // An API that is away is complained of by the browser itself, for each request.
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
        this.complaints.push(line.text())
    })
    await page.goto(`${this.url}${hash}`)
    return page
  }

  async close(): Promise<void> {
    await this.#browser.close()
    this.#bridge?.close()
    this.#bridge?.closeAllConnections()
    await this.stopApi()
    await rm(this.#root, { recursive: true })
  }
}
