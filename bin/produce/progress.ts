import type { Tally } from '#domain/ports.ts'
import type { FaultCounts } from '#feeds/faults/faulty-records.ts'
import { counted, countText } from '../table-text.ts'
import type { Terminal } from '../terminal.ts'

/** What became of a run of `produce`, as `--json` tells it. Counts are of records. */
export interface Produced {
  readonly produced: number
  readonly acknowledged: number
  readonly topics: Readonly<Record<string, { readonly produced: number; readonly acknowledged: number }>>
  /** Of those produced: what no consumer accepts, by the code with which it lands in quarantine. */
  readonly bad: { readonly records: number; readonly codes: Readonly<Record<string, number>> }
  /** Of those produced: sent before, under the same id. */
  readonly duplicated: number
  /** Of those produced: received more than five minutes after they happened. */
  readonly late: number
  readonly seconds: number
  readonly events_per_second: number
  /** Whether Ctrl-C ended it before the source did. */
  readonly interrupted: boolean
}

/** Sums a run up. @param elapsed ms */
export function summed(
  tally: ReadonlyMap<string, Tally>,
  faults: FaultCounts,
  elapsed: number,
  interrupted: boolean,
): Produced {
  const { produced, acknowledged } = total(tally)
  const touched = [...tally].filter(([, { accepted }]) => accepted > 0)
  const codes = [...faults.bad].sort(([one], [other]) => one.localeCompare(other))
  return {
    produced,
    acknowledged,
    topics: Object.fromEntries(
      touched.map(([topic, { accepted, acknowledged }]) => [topic, { produced: accepted, acknowledged }]),
    ),
    bad: { records: codes.reduce((sum, [, count]) => sum + count, 0), codes: Object.fromEntries(codes) },
    duplicated: faults.duplicated,
    late: faults.late,
    seconds: Math.round(elapsed) / 1_000,
    events_per_second: Math.round((acknowledged * 1_000) / Math.max(1, elapsed)),
    interrupted,
  }
}

function total(tally: ReadonlyMap<string, Tally>): { readonly produced: number; readonly acknowledged: number } {
  let [produced, acknowledged] = [0, 0]
  for (const topic of tally.values()) {
    produced += topic.accepted
    acknowledged += topic.acknowledged
  }
  return { produced, acknowledged }
}

/** The summary for a person. */
export function prose(run: Produced): string {
  const { produced, acknowledged, topics, bad, duplicated, late, seconds, events_per_second, interrupted } = run
  const all = `${countText(produced)} events produced, ${countText(acknowledged)} acknowledged in ${seconds.toFixed(1)} s (${countText(events_per_second)}/s)`
  const each = Object.entries(topics).map(
    ([topic, tally]) =>
      `  ${topic}: ${countText(tally.produced)} produced, ${countText(tally.acknowledged)} acknowledged`,
  )
  return [
    interrupted ? `${all}, then interrupted` : all,
    ...each,
    ...(bad.records > 0 ? [`  of them bad: ${countText(bad.records)} (${codesText(bad.codes)})`] : []),
    ...(duplicated > 0 ? [`  of them duplicates: ${countText(duplicated)}`] : []),
    ...(late > 0 ? [`  of them late: ${countText(late)}`] : []),
  ].join('\n')
}

/** The most frequent codes; the others only as JSON, because there are dozens. */
function codesText(codes: Produced['bad']['codes']): string {
  const all = Object.entries(codes).sort(([, one], [, other]) => other - one)
  const shown = all.slice(0, SHOWN_CODES).map(([code, count]) => `${countText(count)} ${code}`)
  const more = all.length - shown.length
  return [...shown, ...(more > 0 ? [`${counted(more, 'more code')}: see --json`] : [])].join(', ')
}

const SHOWN_CODES = 5

const CLEAR = '\r\u001b[K'

/** Notes that may come while `showProgress` draws its line: each on a line of its own. */
export const notesBetween =
  (terminal: Terminal) =>
  (line: string): void => {
    if (terminal.live) process.stderr.write(CLEAR)
    terminal.note(line)
  }

/** How often a watching person sees the figures, and how often a log does, ms. */
const DRAWN_EVERY = 200
const NOTED_EVERY = 10_000

/**
 * Shows the figures of a run while it lasts: one line redrawn on a terminal, a line now and then in a pipe, none in CI.
 * @param expected records, where their number is known
 */
export function showProgress(
  terminal: Terminal,
  tally: () => ReadonlyMap<string, Tally>,
  expected: number | undefined,
): Disposable {
  if (terminal.ci) return { [Symbol.dispose]: () => undefined }
  let last = { acknowledged: 0, at: performance.now() }
  const timer = setInterval(
    () => {
      const now = performance.now()
      const { produced, acknowledged } = total(tally())
      const rate = ((acknowledged - last.acknowledged) * 1_000) / (now - last.at)
      last = { acknowledged, at: now }
      const share = expected ? `, ${Math.floor((100 * acknowledged) / expected)} % of all` : ''
      const line = `${countText(acknowledged)} of ${countText(produced)} acknowledged, ${countText(Math.round(rate))}/s${share}`
      if (terminal.live) process.stderr.write(`${CLEAR}${line}`)
      else terminal.note(line)
    },
    terminal.live ? DRAWN_EVERY : NOTED_EVERY,
  )
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      if (terminal.live) process.stderr.write(CLEAR)
    },
  }
}
