import type { HotView } from '#domain/ports.ts'
import { Problem } from './problems.ts'

/** Longer than any healthy read takes, and short enough that the gateway's own 29 s never decides, ms. */
const ANSWER_WITHIN_MS = 4_000

/**
 * The same view, whose silence is an answer: what fails, or has not answered in time, is the problem 503 with its cause.
 * @param withinMs how long one read may take. @default 4000
 */
export function answeringView(view: HotView, withinMs = ANSWER_WITHIN_MS): HotView {
  const guarded = <T>(what: string, reading: Promise<T>): Promise<T> => within(what, reading, withinMs)
  return {
    read: (metric, entity, from, to) => guarded(metric.name, view.read(metric, entity, from, to)),
    readAll: (metric, group) => guarded(metric.name, view.readAll(metric, group)),
    freshness: (topic) => guarded(`the freshness of ${topic}`, view.freshness(topic)),
  }
}

async function within<T>(what: string, reading: Promise<T>, withinMs: number): Promise<T> {
  const clock = Promise.withResolvers<never>()
  const timer = setTimeout(() => clock.reject(new Error(`no answer within ${withinMs} ms`)), withinMs)
  try {
    return await Promise.race([reading, clock.promise])
  } catch (cause) {
    const problem = new Problem(
      503,
      'store-unreachable',
      `The live store did not answer when asked for ${what}: try again in a few seconds.`,
    )
    problem.cause = cause
    throw problem
  } finally {
    clearTimeout(timer)
  }
}
