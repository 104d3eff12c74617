import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endpoints, loadState } from '#local/state.ts'
import { bringDown, planUp } from '#local/up.ts'

/** A platform to measure. */
export interface Bench {
  readonly home: string
  readonly kafka: string
  /** The ElastiCache proxy, as the functions see it. */
  readonly redis: { readonly host: string; readonly port: number }
  /** Redis's own port, past the proxy: what watches there does not slow the functions' way. */
  readonly redisPort: number
  readonly api: string
  /** Takes it down and its home away, if it was brought up here. */
  close(): Promise<void>
}

/**
 * The platform in `LODESTREAM_BENCH_HOME`, which has to be up; without it, one of its own in a temporary home.
 * @param report told what is being brought up
 */
export async function openBench(report: (doing: string) => void): Promise<Bench> {
  const given = process.env.LODESTREAM_BENCH_HOME
  if (given) return benchAt(given, async () => undefined)
  const home = mkdtempSync(join(tmpdir(), 'lodestream-bench-'))
  const close = async () => {
    await bringDown(home)
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const { plan, result } = await planUp(home, { outside: 'stand-in', feeds: false })
    const outcomes = await Promise.allSettled(
      plan.steps.map(async ({ title, after, run }) => {
        await after
        report(title)
        await run((doing) => report(`${title}: ${doing}`))
      }),
    )
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    await result
    return benchAt(home, close)
  } catch (error) {
    await close()
    throw error
  }
}

function benchAt(home: string, close: () => Promise<void>): Bench {
  const { kafka, redis, api } = endpoints(home)
  const redisPort = loadState(home).ports.redis
  if (redisPort === undefined) throw new Error(`the state of ${home} names no port of Redis`)
  return { home, kafka, redis, redisPort, api, close }
}
