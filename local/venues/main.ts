import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { Binance } from './binance/binance.ts'
import { coingecko } from './coingecko.ts'
import { Faults } from './faults.ts'
import { fearGreed } from './fear-greed.ts'
import { newsapi } from './newsapi.ts'
import { rss } from './rss.ts'
import { serve } from './server.ts'
import type { Venue, World } from './venue.ts'

/** The outside, faked, in one process on 127.0.0.1. PORT is needed; SEED decides all data, by default 1. */
const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  SEED: z.coerce.number().int().default(1),
})

const { data: environment, error } = Environment.safeParse(process.env)
if (error) throw new Refusal('The stand-in for the outside needs PORT, and may have SEED, a whole number.')

let ahead = 0
const now = () => Date.now() + ahead
const faults = new Faults()
const world: World = { seed: environment.SEED, now, faults }

/** To add a venue: its folder or file, and its line here. */
const makers: readonly ((world: World) => Venue)[] = [(world) => new Binance(world), coingecko, fearGreed, rss, newsapi]
const venues = makers.map((make) => make(world))

const server = serve({
  venues,
  faults,
  now,
  advance: (ms) => {
    ahead += ms
  },
})
server.listen({ port: environment.PORT, host: '127.0.0.1' }, () => console.log(JSON.stringify(server.address())))

process.once('SIGTERM', async () => {
  server.close()
  await Promise.all(venues.map((venue) => venue.close?.()))
  server.closeAllConnections()
  process.exit(0)
})
