import { basename } from 'node:path'
import { tick } from '#domain/events/tick.ts'
import { play, readRecording, shippedRecording } from '#feeds/recorded/recording.ts'
import type { SourceKind } from '../source.ts'
import { within } from './span.ts'

/** A recording of trades, in the pace in which they happened. It has been read and checked whole before any is sent. */
export const recorded: SourceKind = {
  topics: [tick.topic],
  options: ['file', 'symbol', 'at', 'from', 'to'],
  generated: false,
  async open({ file = shippedRecording, symbol, at = 'own', from, to }, now) {
    const ticks = await readRecording(file, symbol)
    return {
      title: `${basename(file)} (${ticks.length} trades)`,
      emissions: within(play(ticks, at === 'now' ? now : undefined), from, to),
    }
  },
}
