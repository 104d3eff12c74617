import { z } from '@hono/zod-openapi'
import { formatDecimal } from '#domain/decimal.ts'

/** A time on the wire: ISO 8601, UTC, with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 }).openapi({ example: '2026-01-05T12:00:00.000Z' })

/** An exact number on the wire: plain notation, at most eight decimals. */
export const DecimalText = z
  .string()
  .regex(/^-?\d+(\.\d{1,8})?$/)
  .openapi({ format: 'decimal', example: '39432.48' })

/** What every bar holds, whatever its length. */
export const barFigures = {
  open: DecimalText,
  high: DecimalText,
  low: DecimalText,
  close: DecimalText,
  volume: DecimalText.openapi({ description: 'In base currency.' }),
  notional: DecimalText.openapi({ description: 'In quote currency; each trade rounded once to eight decimals.' }),
  vwap: DecimalText.openapi({ description: 'Notional over volume.' }),
  trades: z.int(),
}

/** Writes a time given in ms. */
export const iso = (at: number): string => new Date(at).toISOString()

/** What a metric's reading looks like on the wire. */
export type ReadingJson = string | number | boolean | null | { [name: string]: ReadingJson }

/**
 * Writes any metric's reading: decimals as text, counts as numbers, and what ends in `_at` as a time, as everywhere.
 * @throws TypeError where a reading holds what has no form on the wire: a defect of the metric.
 */
export function readingJson(reading: unknown, name = ''): ReadingJson {
  if (typeof reading === 'bigint') return formatDecimal(reading)
  if (typeof reading === 'number') return name.endsWith('_at') ? iso(reading) : reading
  if (typeof reading === 'string' || typeof reading === 'boolean' || reading === null) return reading
  if (typeof reading === 'object')
    return Object.fromEntries(Object.entries(reading).map(([key, value]) => [key, readingJson(value, key)]))
  throw new TypeError(
    `a metric's reading holds ${typeof reading} at ${name || 'its top'}, which has no form on the wire`,
  )
}

/** 100 × change ÷ base with two decimals, as text. */
export function percentOf(change: bigint, base: bigint): string {
  const hundredths = (change * 20_000n) / base
  const rounded = (hundredths + (hundredths < 0n ? -1n : 1n)) / 2n
  return formatDecimal(rounded * 1_000_000n)
}
