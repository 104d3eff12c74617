import type { Tally } from '#domain/ports.ts'
import type { Terminal } from '../terminal.ts'

/** What became of a run of `produce`, as `--json` tells it. */
export interface Produced {
  readonly produced: number
  readonly acknowledged: number
  readonly topics: Readonly<Record<string, { readonly produced: number; readonly acknowledged: number }>>
  readonly seconds: number
  readonly events_per_second: number
  /** Whether Ctrl-C ended it before the source did. */
  readonly interrupted: boolean
}

/** Sums the tally up. @param elapsed ms */
export function summed(tally: ReadonlyMap<string, Tally>, elapsed: number, interrupted: boolean): Produced {
  const counts = [...tally].map(([topic, { accepted, acknowledged }]) => [topic, { produced: accepted, acknowledged }])
  const values = [...tally.values()]
  const acknowledged = values.reduce((sum, topic) => sum + topic.acknowledged, 0)
  return {
    produced: values.reduce((sum, topic) => sum + topic.accepted, 0),
    acknowledged,
    topics: Object.fromEntries(counts),
    seconds: Math.round(elapsed) / 1_000,
    events_per_second: Math.round((acknowledged * 1_000) / Math.max(1, elapsed)),
    interrupted,
  }
}

/** The summary for a person. */
export function prose({ produced, acknowledged, topics, seconds, events_per_second, interrupted }: Produced): string {
  const all = `${count(produced)} events produced, ${count(acknowledged)} acknowledged in ${seconds.toFixed(1)} s (${count(events_per_second)}/s)`
  const each = Object.entries(topics).map(
    ([topic, tally]) => `  ${topic}: ${count(tally.produced)} produced, ${count(tally.acknowledged)} acknowledged`,
  )
  return [interrupted ? `${all}, then interrupted` : all, ...each].join('\n')
}

/** How often a watching person sees the figures, and how often a log does, ms. */
const DRAWN_EVERY = 200
const NOTED_EVERY = 10_000

/** Shows the figures of a run while it lasts: one line redrawn on a terminal, a line now and then elsewhere. */
export function showProgress(terminal: Terminal, tally: () => ReadonlyMap<string, Tally>): Disposable {
  let last = { acknowledged: 0, at: performance.now() }
  const timer = setInterval(
    () => {
      const now = performance.now()
      const { produced, acknowledged } = summed(tally(), 0, false)
      const rate = ((acknowledged - last.acknowledged) * 1_000) / (now - last.at)
      last = { acknowledged, at: now }
      const line = `${count(acknowledged)} of ${count(produced)} acknowledged, ${count(Math.round(rate))}/s`
      if (terminal.live) process.stderr.write(`\r\u001b[K${line}`)
      else terminal.note(line)
    },
    terminal.live ? DRAWN_EVERY : NOTED_EVERY,
  )
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      if (terminal.live) process.stderr.write('\r\u001b[K')
    },
  }
}

const count = (value: number): string => value.toLocaleString('en-US')
