import type { Freshness } from './answers.ts'
import { byId, setText } from './elements.ts'
import { timeOfDay, whole } from './number-text.ts'

const MOST_REASONS = 3

/** The line that says how fresh everything is, and the notice below it that says in words why it is not. */
export class FreshnessLine {
  readonly #line = byId('freshness', HTMLElement)
  readonly #word = byId('freshness-word', HTMLElement)
  readonly #detail = byId('freshness-detail', HTMLElement)
  readonly #notice = byId('notice', HTMLElement)
  #last: Freshness | undefined

  show(freshness: Freshness): void {
    this.#last = freshness
    const { state, complete, reasons } = freshness
    this.#line.dataset.state = state === 'stale' ? 'stale' : complete ? 'fresh' : 'partial'
    setText(this.#word, state === 'stale' ? 'Stale' : complete ? 'Fresh' : 'Fresh, not from the beginning')
    setText(this.#detail, detailOf(freshness))
    this.#announce(state === 'stale' ? `Figures may be wrong: ${sentenceOf(reasons)}` : '')
  }

  /** The API answers again: what was known of its freshness holds until it is asked for anew. */
  back(): void {
    if (this.#line.dataset.state === 'away' && this.#last !== undefined) this.show(this.#last)
  }

  /** The API is away: everything stays as it is, and grows old. */
  away(reason: string, retryInMs: number): void {
    this.#line.dataset.state = 'away'
    setText(this.#word, 'API away')
    const { as_of } = this.#last ?? { as_of: null }
    setText(this.#detail, as_of === null ? '' : `values as of ${timeOfDay(as_of)} UTC`)
    const shown = as_of === null ? 'There is nothing to show yet' : `What is shown is as of ${timeOfDay(as_of)} UTC`
    this.#announce(`${reason} ${shown}; the next try is in ${whole(retryInMs / 1000)} s.`)
  }

  #announce(text: string): void {
    this.#notice.hidden = text === ''
    setText(this.#notice, text)
  }
}

const detailOf = ({ as_of, lag_ms }: Freshness): string =>
  as_of === null ? 'no records yet' : `${whole(lag_ms ?? 0)} ms behind, as of ${timeOfDay(as_of)} UTC`

function sentenceOf(reasons: readonly string[]): string {
  const more = reasons.length - MOST_REASONS
  return `${reasons.slice(0, MOST_REASONS).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
}
