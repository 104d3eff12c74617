import { basename } from 'node:path'
import { dailyBar } from '#domain/events/daily-bar.ts'
import { backfill, dailyFeed, movedTo, readBars, shippedBars } from '#feeds/daily-bars/daily-bars.ts'
import type { SourceKind } from '../source.ts'
import { within } from './span.ts'

/**
 * Daily bars of real shares: at their own times they are a historic backfill, received now and so late; moved, their last
 * day is the last one that has closed, and each was received when its day closed. A file has been checked whole before.
 */
export const dailyBars: SourceKind = {
  topics: [dailyBar.topic],
  options: ['file', 'at', 'from', 'to'],
  generated: false,
  // At its own pace a year of bars would take a year.
  speed: 'max',
  async open({ file = shippedBars, at = 'own', from, to }, now) {
    const bars = await readBars(file)
    const emissions = at === 'now' ? dailyFeed(movedTo(bars, now)) : backfill(bars, now)
    return { title: `${basename(file)} (${bars.length} daily bars)`, emissions: within(emissions, from, to) }
  },
}
