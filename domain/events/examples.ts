import type { Field } from './fields.ts'

/** 14:30:00.250 UTC on 20 November 2026, a Friday: half past nine in New York. */
const AT = Date.UTC(2026, 10, 20, 14, 30, 0, 250)

/** HMAC-SHA256 of `email:ada@example.org` under the key `0123456789abcdef0123456789abcdef`. */
const TOKEN = 'e4478febe074c29458582d3ffd939ab1ac5a36ff7ab26054a7506cf18d2ce5d1'

/**
 * A field's value as it may stand in JSON: its own example, or one that its kind suggests.
 * @returns undefined for a text or number whose contract gives none
 */
export function exampleOf({ kind, example, choices }: Field): string | number | boolean | undefined {
  switch (kind) {
    case 'text':
    case 'decimal':
    case 'integer':
      return example
    case 'token':
      return TOKEN
    case 'instant':
      return AT
    case 'flag':
      return true
    case 'choice':
      return choices?.[0]
    default:
      return kind satisfies never
  }
}
