import type { OpenAPIHono } from '@hono/zod-openapi'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import type { HotView, Lake } from '#domain/ports.ts'
import { createApp } from '#lambdas/api/app.ts'
import type { Env } from '#lambdas/api/service.ts'
import { fillOf, Market, TOPICS, tickOf } from './market.ts'

/** When the small market opens, ms. */
export const NOON = Date.UTC(2026, 0, 5, 12)

/**
 * BTCUSDT trades every half minute for two and a half hours, its price rising by one from 100; ETHUSDT and DOGEUSDT
 * trade once; three accounts have positions: with prices, without one, and flat.
 */
export async function smallMarket(): Promise<Market> {
  const market = new Market()
  const trades = Array.from({ length: 301 }, (_, i) => tickOf('BTCUSDT', NOON + i * 30_000, String(100 + i), '0.5'))
  await market.deliver(tick, 0, trades)
  await market.deliver(tick, 1, [tickOf('ETHUSDT', NOON, '10.00000001', '3'), tickOf('DOGEUSDT', NOON, '0.1')])
  await market.deliver(fill, 0, [
    fillOf('alpha', 'BTCUSDT', NOON, 'buy', '100', '3', '0.3'),
    fillOf('alpha', 'BTCUSDT', NOON + 1, 'sell', '130', '1', '0.1'),
    fillOf('alpha', 'ETHUSDT', NOON + 2, 'sell', '11', '2', '0.02'),
    fillOf('beta', 'NOPRICE', NOON + 3, 'buy', '5', '4'),
    fillOf('gamma', 'GONE', NOON + 4, 'buy', '5', '4'),
    fillOf('gamma', 'GONE', NOON + 5, 'sell', '6', '4', '1'),
  ])
  return market
}

/** What the app told its log: the level, the sentence, and what came with it. */
export type Line = readonly [level: 'info' | 'error', message: string, extra: Readonly<Record<string, unknown>>]

/** The API over a view, at noon of that day, with what it logs. @param lake @default none */
export function apiOver(view: HotView, lake?: Lake): { readonly app: OpenAPIHono<Env>; readonly lines: Line[] } {
  const lines: Line[] = []
  const told = (level: Line[0]) => (message: string, extra: Line[2]) => {
    lines.push([level, message, extra])
  }
  const log = { info: told('info'), error: told('error') }
  return {
    app: createApp({
      view,
      lake,
      now: () => NOON,
      topics: [...TOPICS.keys()],
      stage: 'local',
      venues: 'stand-in',
      log,
    }),
    lines,
  }
}

/** A JSON object, as far as its type is known. */
export type Json = Readonly<Record<string, unknown>>

/** Asks for the JSON of a path. */
export const getFrom =
  (view: HotView) =>
  async (path: string): Promise<Json> =>
    ((await (await apiOver(view).app.request(path)).json()) ?? {}) as Json

/** The objects of a list within an answer. */
export const listIn = (answer: Json, name: string): readonly Json[] => answer[name] as readonly Json[]

/** The freshness of an answer. */
export const freshnessIn = (answer: Json): Json => answer.freshness as Json
