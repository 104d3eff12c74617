import type { Readings } from './answers.ts'
import type { GetJson } from './api.ts'
import { byId, setText } from './elements.ts'
import { compact, fixed, whole } from './number-text.ts'

interface Sentiment {
  readonly value: number
  readonly classification: string | null
}

interface Snapshot {
  readonly market_cap: string | null
}

interface News {
  readonly items: number
  readonly naming_assets: number
}

interface Activity {
  readonly sign_ups: number
  readonly page_views: number
  readonly purchases: number
  readonly payment_failure_rate: string | null
}

/** What is known beside trades: the mood, what coins are worth together, news, and what customers do. */
export class Beyond {
  readonly #get: GetJson
  readonly #card = byId('beyond', HTMLElement)

  constructor(get: GetJson) {
    this.#get = get
  }

  async refresh(): Promise<void> {
    const [mood, bitcoin, news, customers, users] = await Promise.all([
      this.#newest<Sentiment>('latest_sentiment/alternative.me,crypto_fear_and_greed'),
      this.#newest<Snapshot>('latest_snapshot/BTC,bitcoin'),
      this.#newest<News>('news/all?interval=1d'),
      this.#newest<Activity>('customer_activity/all?interval=1h'),
      this.#newest<{ readonly users: number }>('active_users/all?interval=1h'),
    ])
    this.#show('mood', mood && `${mood.value} ${mood.classification?.replaceAll('_', ' ') ?? ''}`)
    this.#show('market-cap', bitcoin?.market_cap == null ? undefined : `$${compact(bitcoin.market_cap)}`)
    this.#show('news', news && whole(news.items))
    this.#show('naming', news && whole(news.naming_assets))
    this.#show('users', users && whole(users.users))
    this.#show('sign-ups', customers && whole(customers.sign_ups))
    this.#show('page-views', customers && whole(customers.page_views))
    this.#show('purchases', customers && whole(customers.purchases))
    const failed = customers?.payment_failure_rate
    this.#show('failed', failed == null ? undefined : `${fixed(`${Number(failed) * 100}`, 1)} %`)
  }

  async #newest<R>(path: string): Promise<R | undefined> {
    return (await this.#get<Readings<R>>(`/live/${path}`))?.readings.at(-1)?.reading
  }

  #show(figure: string, text: string | undefined): void {
    const place = this.#card.querySelector(`[data-figure=${figure}]`)
    if (place !== null) setText(place, text ?? '–')
  }
}
