/** The fields of a trade as the venue sent them from a day on, until the next entry. */
export interface Format {
  /** When the venue said that it would begin, UTC ms; servers followed over hours. */
  readonly since: number
  /** What changed, and where the venue announced it. */
  readonly told: string
  readonly fields: readonly string[]
}

/**
 * The trade stream, `<symbol>@trade`. None of these changes moved a field that a tick is made of; the entries are there
 * to tell a change that nobody has announced from one that is known. To add one: its line, and its golden message.
 */
export const streamFormats: readonly Format[] = [
  {
    since: Date.UTC(2017, 6, 14),
    told: 'With the ids of both orders, as first documented.',
    fields: ['e', 'E', 's', 't', 'p', 'q', 'b', 'a', 'T', 'm', 'M'],
  },
  {
    since: Date.UTC(2024, 5, 18, 5),
    told: 'Buyer order id b and seller order id a removed (changelog of 2024-06-11).',
    fields: ['e', 'E', 's', 't', 'p', 'q', 'T', 'm', 'M'],
  },
  {
    since: Date.UTC(2024, 11, 17),
    told: 'E and T in microseconds where the address asks for it with timeUnit (changelog of 2024-12-17).',
    fields: ['e', 'E', 's', 't', 'p', 'q', 'T', 'm', 'M'],
  },
]

/** A row of GET /api/v3/historicalTrades and /api/v3/trades. */
export const restFormats: readonly Format[] = [
  {
    since: Date.UTC(2017, 6, 14),
    told: 'Without the amount of quote currency, as answers of 2018 are.',
    fields: ['id', 'price', 'qty', 'time', 'isBuyerMaker', 'isBestMatch'],
  },
  {
    since: Date.UTC(2019, 2, 12),
    told: 'With quoteQty, which the changelog of 2019-03-12 announces for the trades of an account.',
    fields: ['id', 'price', 'qty', 'quoteQty', 'time', 'isBuyerMaker', 'isBestMatch'],
  },
  {
    since: Date.UTC(2024, 11, 17),
    told: 'time in microseconds where the header X-MBX-TIME-UNIT asks for it (changelog of 2024-12-17).',
    fields: ['id', 'price', 'qty', 'quoteQty', 'time', 'isBuyerMaker', 'isBestMatch'],
  },
]

/** How long servers may still send what an entry has replaced. */
const ROLL_OUT_MS = 3 * 24 * 60 * 60_000

/**
 * What about a trade's fields no entry of its day explains: 'has x', 'lacks M'. A trade is still read as far as it can
 * be; this is how a change that the venue has not announced is noticed before it hurts.
 * @param at when it traded, ms @returns undefined where all is as known
 */
export function strangeness(fields: readonly string[], formats: readonly Format[], at: number): string | undefined {
  const last = formats.findLastIndex(({ since }) => since <= at)
  const format = formats[last]
  if (format === undefined) return undefined
  const before = at < format.since + ROLL_OUT_MS ? formats[last - 1] : undefined
  if (before !== undefined && differences(fields, before) === '') return undefined
  return differences(fields, format) || undefined
}

const differences = (fields: readonly string[], { fields: known }: Format): string =>
  [
    ...fields.filter((field) => !known.includes(field)).map((field) => `has ${field}`),
    ...known.filter((field) => !fields.includes(field)).map((field) => `lacks ${field}`),
  ].join(', ')
