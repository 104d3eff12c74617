import { timeOf } from '#domain/events/define-event.ts'
import { Refusal } from '#domain/refusal.ts'
import type { Emission } from '#feeds/emission.ts'
import type { SourceOptions } from '../source.ts'

/** What a generated source is to fill. */
export interface Span {
  /** ms */
  readonly start: number
  /** ms; infinite where Ctrl-C or a number of events is to end it. */
  readonly until: number
  readonly eventsPerSecond: number
}

/**
 * The span that the options describe: from `from`, `start` or now, up to `to`, for `duration`, or, with a `from` alone, up
 * to now. A number of events over a whole span says the rate, unless that is given too.
 * @param now ms @param usual events per second where nobody says
 * @throws Refusal where nothing lies in it
 */
export function spanOf(options: SourceOptions, now: number, usual: number): Span {
  const { from, to, duration, totalEvents } = options
  const start = from ?? options.start ?? now
  const open = from === undefined || totalEvents !== undefined ? Number.POSITIVE_INFINITY : now
  const until = to ?? (duration === undefined ? open : start + duration)
  if (until <= start) {
    throw new Refusal(
      to === undefined
        ? '--from lies ahead, and alone it means up to now: give --to, --duration or --total-events too.'
        : '--to has passed, and without --from it means from now on: give --from too.',
    )
  }
  const whole = from !== undefined && Number.isFinite(until) && totalEvents !== undefined && totalEvents > 0
  const eventsPerSecond = options.eventsPerSecond ?? (whole ? (totalEvents * 1_000) / (until - start) : usual)
  return { start, until, eventsPerSecond }
}

/** A rate as a person reads it. */
export const rateText = (rate: number): string => String(Math.round(rate * 1_000) / 1_000)

/** The emissions due before that moment (ms), of a feed that yields them in order. */
export function* before(until: number, emissions: Iterable<Emission>): Generator<Emission, void, void> {
  for (const emission of emissions) {
    if (emission.at >= until) return
    yield emission
  }
}

/** The emissions whose events happened from one moment on and before the other, ms. */
export function* within(
  emissions: Iterable<Emission>,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): Generator<Emission, void, void> {
  for (const emission of emissions) {
    const at = timeOf(emission.definition, emission.event)
    if (at >= from && at < to) yield emission
  }
}
