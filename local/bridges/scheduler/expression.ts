import { type Cron, parseCron } from './cron.ts'
import { invalid } from './service-error.ts'

/** When a schedule invokes its target. */
export type Expression =
  | { readonly kind: 'at'; readonly local: LocalTime }
  /** Every `period` ms. */
  | { readonly kind: 'rate'; readonly period: number }
  | { readonly kind: 'cron'; readonly cron: Cron }

/** A time as the clocks show it, as ms since 1970 if they were those of UTC. */
export type LocalTime = number

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** Understands `at(…)`, `rate(…)` and `cron(…)`. @throws ServiceError for what AWS does not take */
export function parseExpression(text: string): Expression {
  const [, kind, inner = ''] = /^(at|rate|cron)\((.*)\)$/.exec(text) ?? []
  switch (kind) {
    case 'at':
      return { kind, local: parseAt(inner, text) }
    case 'rate':
      return { kind, period: parseRate(inner, text) }
    case 'cron':
      return { kind, cron: parseCron(inner) }
    default:
      throw refused(text)
  }
}

const refused = (text: string) => invalid(`Invalid Schedule Expression ${text}.`)

function parseAt(inner: string, text: string): LocalTime {
  const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner) ? Date.parse(`${inner}Z`) : Number.NaN
  // A date that does not exist is one that reads otherwise when it is printed.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(inner)) throw refused(text)
  return local
}

function parseRate(inner: string, text: string): number {
  const [, value = '', unit = ''] = /^([1-9]\d{0,8}) (\w+)$/.exec(inner) ?? []
  const isOne = value === '1'
  const ms = UNITS[isOne ? unit : unit.replace(/s$/, '')]
  // One minute, two minutes: the other way round AWS refuses it.
  if (ms === undefined || isOne === unit.endsWith('s')) throw refused(text)
  return Number(value) * ms
}
