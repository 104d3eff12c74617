import { InvalidArgumentError } from 'commander'

/** Parsers of option values. Each throws commander's error, which names the option, the value, and what is asked for. */

/** A whole number of at least `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value
    throw new InvalidArgumentError(`Write a whole number of at least ${least}.`)
  }

/** How fast a feed runs: `own` is 1, `max` waits for nothing, a number is so many times its own pace. */
export function speed(text: string): number | 'max' {
  if (text === 'own') return 1
  if (text === 'max') return 'max'
  const times = Number(text)
  if (text.trim() !== '' && Number.isFinite(times) && times > 0) return times
  throw new InvalidArgumentError('Write own, max, or a number such as 10 for ten times its own pace.')
}

/** A share of all, from 0 to 1: `0.01` or `1%`. */
export function share(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text) ?? []
  const value = digits === undefined ? Number.NaN : Number(digits) / (percent ? 100 : 1)
  if (value <= 1) return value
  throw new InvalidArgumentError('Write a share of all, such as 0.01 or 1%.')
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** A length of time such as 500ms, 60s, 5m or 2h, in ms. */
export function duration(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const factor = UNIT_MS[unit]
  if (amount !== undefined && factor !== undefined) return Number(amount) * factor
  throw new InvalidArgumentError('Write a length of time such as 60s, 5m or 2h.')
}

/** A moment in ISO 8601, in ms. */
export function moment(text: string): number {
  const ms = Date.parse(text)
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(ms)) return ms
  throw new InvalidArgumentError('Write a moment with its zone, such as 2026-01-05T09:30:00Z.')
}

/** Names with commas between, each once. */
export function names(text: string): readonly string[] {
  const list = text.split(',').map((name) => name.trim())
  if (list.every((name) => name !== '') && new Set(list).size === list.length) return list
  throw new InvalidArgumentError('Write names with commas between, each once.')
}

/** Whole numbers with commas between, each once. */
export const wholeNumbers = (text: string): readonly number[] => names(text).map(wholeNumber(0))
