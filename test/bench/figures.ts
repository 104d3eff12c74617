import { loadavg } from 'node:os'

/** How a set of times is spread, ms. */
export interface Spread {
  readonly n: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** The spread of `times`, ms; zeros where there are none. */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => rounded(sorted[Math.ceil(sorted.length * share) - 1] ?? 0)
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

/** The machine's load over the last minute: what else ran shows in it, and so does the bench itself. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10

/** To a tenth. */
export const rounded = (value: number): number => Math.round(value * 10) / 10

/** Wall clock in ms with fractions: comparable between processes, and with the broker's append times. */
export const wallClock = (): number => performance.timeOrigin + performance.now()

/** A whole number as people read it. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')
