import { z } from 'zod'
import { isColumnType } from './column-types.ts'

const columnName = /^[a-z][a-z0-9_]*$/

const AFFECTS = 'has to be none, later, or a number of days'

const text = z.string().min(1)
const column = z.strictObject({
  type: text.refine(isColumnType, {
    error: ({ input }) => `"${input}" is no type that an Iceberg table of Athena has`,
  }),
  unit: text.exactOptional(),
  doc: text,
})
const check = z.strictObject({ expect: text, severity: z.enum(['block', 'warn']).default('block') })

/** What may stand in a table's front matter, key by key, so that one bad key hides no defect of another. */
export const frontMatter = {
  doc: text.refine((doc) => doc.startsWith('One row per '), 'has to begin with the grain: "One row per …"'),
  grain: z.tuple([text], text),
  day: text.optional(),
  schedule: text,
  affects: z.union([z.literal('none'), z.literal('later'), z.int().positive(AFFECTS)], AFFECTS).default('none'),
  columns: z
    .record(z.string().regex(columnName, 'is no column name: small letters, digits and _'), column)
    .refine((columns) => Object.keys(columns).length > 0, 'has to name the columns'),
  checks: z.array(check).default([]),
} as const

/** Keys and indexes, from the front matter's top. */
export type Path = readonly (string | number)[]

/** What is wrong with one value, where. */
export interface Wrong {
  readonly path: Path
  readonly says: string
}

/** A value as the schema reads it, or what is wrong with it: all of it. */
export function readValue<S extends z.ZodType>(
  key: string,
  schema: S,
  value: unknown,
): { readonly value: z.output<S> } | { readonly wrong: readonly Wrong[] } {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { value: parsed.data }
  return { wrong: parsed.error.issues.flatMap((issue) => wrongsOf(key, issue, value)) }
}

function wrongsOf(key: string, issue: z.core.$ZodIssue, value: unknown): readonly Wrong[] {
  const path = [key, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))]
  const name = path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((unknown) => ({ path: [...path, unknown], says: `${name} has no key "${unknown}"` }))
  }
  if (isAbsent(value, issue.path)) return [{ path, says: `${name} is missing` }]
  if (issue.code === 'invalid_type')
    return [{ path, says: `${name} has to be ${EXPECTED[issue.expected] ?? issue.expected}` }]
  if (issue.code === 'invalid_value') return [{ path, says: `${name} has to be ${issue.values.join(' or ')}` }]
  if (issue.code === 'too_small' && issue.origin !== 'number') return [{ path, says: `${name} is empty` }]
  if (issue.code === 'invalid_key') return [{ path, says: `${name} ${issue.issues[0]?.message ?? ''}` }]
  return [{ path, says: `${name} ${issue.message}` }]
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  record: 'a map of columns',
  tuple: 'a list of columns',
  array: 'a list',
  object: 'a map',
}

function isAbsent(value: unknown, path: readonly PropertyKey[]): boolean {
  let here = value
  for (const step of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined
  return here === undefined
}
