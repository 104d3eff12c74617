/** What the user looks at; kept in the address, so that a view can be bookmarked and sent. */
export interface Choices {
  readonly symbol: string
  readonly interval: Interval
  readonly account: string
}

export const INTERVALS = ['1m', '5m', '15m', '1h', '1d'] as const
export type Interval = (typeof INTERVALS)[number]

export const isInterval = (text: string | null | undefined): text is Interval =>
  INTERVALS.some((interval) => interval === text)

/** The choices in the address; empty where nothing was chosen. */
export function readChoices(): Choices {
  const held = new URLSearchParams(location.hash.slice(1))
  const interval = held.get('interval')
  return {
    symbol: held.get('symbol') ?? '',
    interval: isInterval(interval) ? interval : '1m',
    account: held.get('account') ?? '',
  }
}

/** Writes one choice into the address, without a step in the history. */
export function choose(change: Partial<Choices>): Choices {
  const choices = { ...readChoices(), ...change }
  const held = new URLSearchParams(Object.entries(choices).filter(([, value]) => value !== ''))
  history.replaceState(null, '', `#${held}`)
  return choices
}
