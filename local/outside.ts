import { join } from 'node:path'
import { answers, becomeReady, ensure } from './process.ts'
import { loadState, repository, updateState } from './state.ts'

/** Who speaks for Binance, CoinGecko and the others: themselves, or `local/venues`. */
export type Outside = 'real' | 'stand-in'

/** What answers soonest of the venues, and costs them nothing. */
const PROBE = 'https://api.binance.com/api/v3/ping'

/**
 * Who is to speak for the venues of the platform at `home`. Once chosen it stays, so that no candle is made of two markets.
 * @param wanted @default what was chosen before; at first the venues themselves, where they can be reached
 */
export async function outsideOf(home: string, wanted: Outside | undefined): Promise<Outside> {
  const outside = wanted ?? loadState(home).outside ?? ((await isReachable(PROBE)) ? 'real' : 'stand-in')
  updateState(home, (state) => {
    state.outside = outside
  })
  return outside
}

async function isReachable(url: string): Promise<boolean> {
  try {
    return await answers(url)
  } catch (error) {
    // No network, no name, or no answer in time: fetch has a TypeError for the first two and a DOMException for the last.
    if (error instanceof TypeError || error instanceof DOMException) return false
    throw error
  }
}

/** Starts the stand-ins. @returns where they answer: `http://127.0.0.1:port` */
export async function startVenues(home: string): Promise<string> {
  const port = loadState(home).ports.venues
  const url = `http://127.0.0.1:${port}`
  const part = await ensure(home, {
    name: 'venues',
    command: [process.execPath, join(repository, 'local', 'venues', 'main.ts')],
    env: { PORT: `${port}` },
  })
  await becomeReady(home, part, () => answers(url), 30_000)
  return url
}
