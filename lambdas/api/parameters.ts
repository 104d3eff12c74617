import { z } from '@hono/zod-openapi'
import type { BadParameter } from './problems.ts'
import { Problem } from './problems.ts'
import { Instant } from './wire.ts'

/** Bars are kept this long: no window reaches further back. */
export const KEPT_MINUTES = 26 * 60

/** The lengths that bars roll up to, ms. */
export const INTERVALS = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '1h': 3_600_000 } as const

const TEXT = /^[^\p{Cc}]{1,256}$/u

/** A name in the path: one to 256 characters, none of them a control character, as in the events. */
export const nameInPath = (name: string, description: string, example: string) =>
  z
    .string()
    .regex(TEXT, 'has to be 1 to 256 characters, none of them a control character')
    .openapi({ param: { name, in: 'path' }, description, example })

/** A whole number in the query, within bounds. It is text there, so the document describes the text. */
export const wholeNumber = (description: string, least: number, most: number, standard: number) =>
  z.coerce
    .number(`has to be a whole number from ${least} to ${most}`)
    .int(`has to be a whole number from ${least} to ${most}`)
    .min(least, `has to be at least ${least}`)
    .max(most, `has to be at most ${most}`)
    .default(standard)
    .openapi({ type: 'integer', minimum: least, maximum: most, default: standard, description })

/** A time in the query; absent, the newest data ends the window. */
export const timeInQuery = (description: string) =>
  Instant.transform((text) => Date.parse(text))
    .optional()
    .openapi({ type: 'string', format: 'date-time', description })

const Day = z.iso.date().openapi({ example: '2026-11-20' })

/** A day in the query. */
export const dayInQuery = (description: string) =>
  Day.optional().openapi({ type: 'string', format: 'date', description })

/** A time or a day in the query, as it was given; absent, the newest data ends the window. */
export const boundInQuery = (description: string) =>
  z
    .string()
    .refine((text) => Instant.safeParse(text).success || Day.safeParse(text).success, {
      error: 'has to be a time such as 2026-01-05T12:00:00.000Z',
    })
    .optional()
    .openapi({ description })

/** The problem 400 of one parameter of the query. */
export const badParameter = (name: string, reason: string): Problem =>
  new Problem(400, 'bad-parameters', `${name} ${reason}.`, { parameters: [{ name, in: 'query', reason }] })

/** Turns what a parser found wrong into the problem 400, which names every parameter. */
export function badParameters(place: 'path' | 'query', issues: readonly z.core.$ZodIssue[]): Problem {
  const parameters: readonly BadParameter[] = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => ({ name, in: place, reason: 'is not a parameter here' }))
      : [{ name: issue.path.join('.'), in: place, reason: reasonOf(issue) }],
  )
  const sentences = parameters.map(({ name, reason }) => `${name} ${reason}`)
  return new Problem(400, 'bad-parameters', `${sentences.join('; ')}.`, { parameters })
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `has to be one of ${issue.values.join(', ')}`
  if (issue.code === 'invalid_format' && issue.format === 'datetime')
    return 'has to be a time such as 2026-01-05T12:00:00.000Z'
  if (issue.code === 'invalid_format' && issue.format === 'date') return 'has to be a day such as 2026-11-20'
  return issue.message
}
