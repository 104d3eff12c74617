import { LakeError } from '#domain/lake/lake-error.ts'
import type { Statement } from '#domain/lake/run-records.ts'
import type { Lake, LakeRow } from '#domain/ports.ts'
import { Problem } from './problems.ts'

/** What one statement answered, and when it was asked, ms. */
export interface LakeAnswer {
  readonly rows: readonly LakeRow[]
  readonly askedAt: number
}

/** Asks the lake. @param what names the answer within a sentence: 'the daily bars' */
export type AskLake = (what: string, statement: Statement) => Promise<LakeAnswer>

/** How long an answer serves everybody who asks the same, ms. */
const KEPT_MS = 30_000
/** Longer than most statements take, and shorter than the page waits, ms. */
const ANSWER_WITHIN_MS = 15_000
/** How many answers a container keeps. */
const MOST_KEPT = 200

/**
 * The lake as routes ask it. Each statement runs once at a time and serves whoever asks it within 30 s; what takes longer
 * than 15 s is the problem 503 for now, while it goes on for whoever asks next.
 * @param lake undefined where this stage has none: then every question is the problem 503
 * @param withinMs how long one question waits. @default 15,000
 */
export function answeringLake(lake: Lake | undefined, now: () => number, withinMs = ANSWER_WITHIN_MS): AskLake {
  const kept = new Map<string, { readonly askedAt: number; readonly rows: Promise<readonly LakeRow[]> }>()

  const ask = (statement: Statement) => {
    const key = JSON.stringify([statement.sql, statement.parameters])
    const held = kept.get(key)
    if (held !== undefined && now() - held.askedAt < KEPT_MS) return held
    kept.delete(key)
    const [oldest] = kept.keys()
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    const asked = { askedAt: now(), rows: lakeOf(lake).query(statement.sql, statement.parameters) }
    kept.set(key, asked)
    // A failure is nobody else's answer.
    asked.rows.catch(() => kept.get(key) === asked && kept.delete(key))
    return asked
  }

  return async (what, statement) => {
    const { askedAt, rows } = ask(statement)
    return { askedAt, rows: await within(what, rows, withinMs) }
  }
}

function lakeOf(lake: Lake | undefined): Lake {
  if (lake !== undefined) return lake
  throw new Problem(
    503,
    'lake-unreachable',
    'This API has no lake to ask, because its function has no WORKGROUP: deploy the stage anew.',
  )
}

async function within<T>(what: string, answer: Promise<T>, withinMs: number): Promise<T> {
  const clock = Promise.withResolvers<never>()
  const slow = () => problem(`The lake is still working on ${what}: ask again in a few seconds.`)
  const timer = setTimeout(() => clock.reject(slow()), withinMs)
  try {
    return await Promise.race([answer, clock.promise])
  } catch (error) {
    if (error instanceof Problem) throw error
    if (error instanceof LakeError && NOT_THERE.test(error.message)) {
      throw new Problem(
        404,
        'unknown',
        `The lake has no table for ${what} yet: its first refresh makes it, lodestream refresh --date <yyyy-mm-dd>.`,
      )
    }
    throw problem(
      `The lake did not answer when asked for ${what}: it may still be starting, try again in a minute.`,
      error,
    )
  } finally {
    clearTimeout(timer)
  }
}

const NOT_THERE = /TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|ICEBERG_MISSING_METADATA|(Table|Schema) '?[^']*'? does not exist/

function problem(says: string, cause?: unknown): Problem {
  const made = new Problem(503, 'lake-unreachable', says)
  if (cause !== undefined) made.cause = cause
  return made
}
