import type { ActivePositions, Health, Readings } from './answers.ts'
import { byId, cell, rowHead, setText, syncRows } from './elements.ts'
import { whole } from './number-text.ts'

/** What became of a topic's records. */
export interface TopicRecords {
  readonly topic: string
  /** Number of records by outcome: counted, counted_late, late, duplicate, or the code of a rejection. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly lag_ms: number | null
  readonly stale: boolean
}

/** Of why records were rejected, so many are told: the most frequent ones. */
const MOST_REASONS = 6

const ACCEPTED = ['counted', 'counted_late', 'late', 'duplicate'] as const

/** Puts together what the API says of each topic. */
export const recordsOf = (
  { topics }: Health,
  handled: ReadonlyMap<string, Readings<number> | undefined>,
): readonly TopicRecords[] =>
  topics.map(({ topic, freshness }) => ({
    topic,
    outcomes: new Map(
      handled.get(topic)?.readings.map(({ entity, reading }) => [entity.outcome ?? '', reading] as const),
    ),
    lag_ms: freshness.lag_ms,
    stale: freshness.state === 'stale',
  }))

/** The figures of a topic, in the order of the table's columns. */
const MEASURES: readonly Measure[] = [
  { of: ({ outcomes }) => whole((outcomes.get('counted') ?? 0) + (outcomes.get('counted_late') ?? 0)) },
  { of: ({ outcomes }) => whole(outcomes.get('late') ?? 0) },
  { of: ({ outcomes }) => whole(outcomes.get('duplicate') ?? 0) },
  { of: ({ outcomes }) => whole(rejectedIn(outcomes)), warns: ({ outcomes }) => rejectedIn(outcomes) > 0 },
  {
    of: ({ lag_ms, stale }) => `${lag_ms === null ? '–' : `${whole(lag_ms)} ms`}${stale ? ', stale' : ''}`,
    warns: ({ stale }) => stale,
  },
]

interface Measure {
  readonly of: (topic: TopicRecords) => string
  readonly warns?: (topic: TopicRecords) => boolean
}

/** Records handled by topic and outcome, the pipeline's delay, and the open positions over all accounts. */
export class Pipeline {
  readonly #body = byId('topics', HTMLTableSectionElement)
  readonly #rejections = byId('rejections', HTMLElement)
  readonly #active = byId('active', HTMLElement)

  showRecords(topics: readonly TopicRecords[]): void {
    syncRows(
      this.#body,
      topics,
      ({ topic }) => topic,
      ({ topic }) => {
        const row = document.createElement('tr')
        row.append(rowHead(topic), ...MEASURES.map(() => cell('', 'number')))
        return row
      },
      (row, topic) =>
        MEASURES.forEach(({ of, warns }, i) => {
          const place = row.cells[i + 1]
          if (place === undefined) return
          setText(place, of(topic))
          place.classList.toggle('warned', warns?.(topic) ?? false)
        }),
    )
    const reasons = topics.flatMap(({ outcomes }) => rejections(outcomes)).sort(([, one], [, other]) => other - one)
    const shown = reasons.slice(0, MOST_REASONS).map(([code, records]) => `${code} ${whole(records)}`)
    const more = reasons.length - shown.length
    this.#rejections.hidden = reasons.length === 0
    setText(this.#rejections, `Rejected: ${shown.join(' · ')}${more > 0 ? ` · ${more} more reasons` : ''}`)
  }

  showActive(active: ActivePositions): void {
    for (const name of ['open', 'long', 'short', 'accounts'] as const) {
      const place = this.#active.querySelector(`[data-figure=${name}]`)
      if (place !== null) setText(place, whole(active[name]))
    }
  }
}

function rejections(outcomes: ReadonlyMap<string, number>): readonly (readonly [code: string, records: number])[] {
  return [...outcomes].filter(([outcome]) => !ACCEPTED.some((accepted) => accepted === outcome))
}

function rejectedIn(outcomes: ReadonlyMap<string, number>): number {
  return rejections(outcomes).reduce((total, [, records]) => total + records, 0)
}
