import type { ActivePositions, Health, Readings } from './answers.ts'
import { byId, cell, rowHead, setText, syncRows } from './elements.ts'
import { whole } from './number-text.ts'

/** What became of a topic's records. */
export interface TopicRecords {
  readonly topic: string
  /** Number of records by outcome: counted, late, duplicate, or the code of a rejection. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly lag_ms: number | null
  readonly stale: boolean
}

const ACCEPTED = ['counted', 'late', 'duplicate'] as const

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

/** One line of the table: what is counted, and how its figure of a topic reads. */
const MEASURES = [
  { name: 'Counted', of: ({ outcomes }: TopicRecords) => whole(outcomes.get('counted') ?? 0) },
  { name: 'Late', of: ({ outcomes }: TopicRecords) => whole(outcomes.get('late') ?? 0) },
  { name: 'Duplicate', of: ({ outcomes }: TopicRecords) => whole(outcomes.get('duplicate') ?? 0) },
  { name: 'Rejected', of: ({ outcomes }: TopicRecords) => whole(rejectedIn(outcomes)), warns: rejects },
  {
    name: 'Lag',
    of: ({ lag_ms, stale }: TopicRecords) =>
      `${lag_ms === null ? '–' : `${whole(lag_ms)} ms`}${stale ? ', stale' : ''}`,
    warns: ({ stale }: TopicRecords) => stale,
  },
] as const satisfies readonly Measure[]

interface Measure {
  readonly name: string
  readonly of: (topic: TopicRecords) => string
  readonly warns?: (topic: TopicRecords) => boolean
}

/** Records handled by topic and outcome, the pipeline's delay, and the open positions over all accounts. */
export class Pipeline {
  readonly #names = byId('topic-names', HTMLTableRowElement)
  readonly #body = byId('topics', HTMLTableSectionElement)
  readonly #rejections = byId('rejections', HTMLElement)
  readonly #active = byId('active', HTMLElement)

  showRecords(topics: readonly TopicRecords[]): void {
    if (this.#names.cells.length !== topics.length + 1) this.#nameColumns(topics)
    syncRows<Measure>(
      this.#body,
      MEASURES,
      ({ name }) => name,
      ({ name }) => {
        const row = document.createElement('tr')
        row.append(rowHead(name), ...topics.map(() => cell('', 'number')))
        return row
      },
      (row, { of, warns }) =>
        topics.forEach((topic, i) => {
          const place = row.cells[i + 1]
          if (place === undefined) return
          setText(place, of(topic))
          place.classList.toggle('warned', warns?.(topic) ?? false)
        }),
    )
    const reasons = topics.flatMap(({ outcomes }) => rejections(outcomes).map(([code, n]) => `${code} ${whole(n)}`))
    this.#rejections.hidden = reasons.length === 0
    setText(this.#rejections, `Rejected: ${reasons.join(' · ')}`)
  }

  #nameColumns(topics: readonly TopicRecords[]): void {
    const names = ['Records', ...topics.map(({ topic }) => topic)].map((name, i) => {
      const th = document.createElement('th')
      th.scope = 'col'
      th.className = i > 0 ? 'number' : ''
      th.textContent = name
      return th
    })
    this.#names.replaceChildren(...names)
    this.#body.replaceChildren()
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

function rejects({ outcomes }: TopicRecords): boolean {
  return rejectedIn(outcomes) > 0
}
