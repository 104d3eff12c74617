import type { LogRecord } from '#domain/ports.ts'

/** Where to begin: at either end, or so many records before the end. */
export type From = 'earliest' | 'latest' | number

/** The order in which people read records of several partitions. */
export const byAppending = (a: LogRecord, b: LogRecord): number =>
  a.appendedAt - b.appendedAt || a.partition - b.partition || (a.offset < b.offset ? -1 : 1)
