import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The kinds of failure that a client can tell apart: `type` is a URN of one of these. */
const TITLES = {
  'bad-parameters': 'The request has parameters that cannot be used',
  unknown: 'There is no such thing',
  'method-not-allowed': 'The method is not possible here',
  'bad-body': 'The request has a body that cannot be read',
  'too-large': 'The request is too large',
  'unsupported-media-type': 'The request has a body of another kind',
  'nothing-accepted': 'Of the events none is accepted',
  'queue-unreachable': 'Events cannot be taken over at present',
  'store-unreachable': 'The live store does not answer',
  'lake-unreachable': 'The lake does not answer',
  internal: 'The API failed',
} as const

export type ProblemKind = keyof typeof TITLES

/** One parameter that cannot be used, and why. */
export interface BadParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly reason: string
}

/** Members beside those of RFC 9457, by kind. */
export interface ProblemMembers {
  readonly parameters?: readonly BadParameter[]
  /** What exists and looks alike, the nearest first. */
  readonly nearby?: readonly string[]
  /** What became of each event of a request, and their counts. */
  readonly results?: readonly object[]
  readonly accepted?: number
  readonly duplicates?: number
  readonly rejected?: number
  readonly dependencies?: Readonly<Record<string, { readonly state: 'up' | 'down'; readonly answered_in_ms: number }>>
}

/** An answer that is an error: thrown anywhere in a route, written as problem+json by the app. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly kind: ProblemKind
  readonly status: ContentfulStatusCode
  readonly members: ProblemMembers

  /** @param detail one sentence for the person who asked: what is wrong here, and what to ask instead. */
  constructor(status: ContentfulStatusCode, kind: ProblemKind, detail: string, members: ProblemMembers = {}) {
    super(detail)
    this.status = status
    this.kind = kind
    this.members = members
  }
}

/** Writes a problem as the answer to this request. */
export function answerProblem(c: Context, problem: Problem, correlationId: string): Response {
  return c.body(
    JSON.stringify({
      type: `urn:lodestream:${problem.kind}`,
      title: TITLES[problem.kind],
      status: problem.status,
      detail: problem.message,
      instance: c.req.path,
      correlation_id: correlationId,
      ...problem.members,
    }),
    problem.status,
    { 'content-type': 'application/problem+json' },
  )
}

/** The 404 of something named in the path: says what exists nearby. */
export function unknown(what: string, name: string, existing: readonly string[]): Problem {
  const nearby = nearest(name, existing)
  const hint =
    existing.length === 0
      ? `No ${what} is known yet: input has not reached the live store.`
      : `Known ones like it: ${nearby.join(', ')}.`
  return new Problem(404, 'unknown', `There is no ${what} ${quoted(name)}. ${hint}`, { nearby })
}

const quoted = (name: string): string => (name.length > 64 ? `“${name.slice(0, 64)}…”` : `“${name}”`)

/** At most this many suggestions. */
const NEARBY = 5

/** The names most like the given one, the nearest first; letters' case does not count. */
export function nearest(name: string, existing: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase().slice(0, 64)
  return existing
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, candidate.toLowerCase().slice(0, 64)) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, NEARBY)
    .map(({ candidate }) => candidate)
}

/** Levenshtein's distance; zero edits away where one begins the other. */
function distanceOf(a: string, b: string): number {
  if (a.length > 1 && b.startsWith(a)) return 0
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
