import { type Decimal, parseDecimal } from '#domain/decimal.ts'
import type { currencies, plans } from '#domain/events/customer.ts'
import type { Random } from '../random.ts'

export type Plan = (typeof plans)[number]
export type PaidPlan = Exclude<Plan, 'free'>
export type Currency = (typeof currencies)[number]

/** A plan's price for a month, tax included. */
const MONTH = {
  USD: { basic: '9.99', premium: '29.99', enterprise: '249' },
  EUR: { basic: '9.49', premium: '27.99', enterprise: '229' },
  GBP: { basic: '8.49', premium: '24.99', enterprise: '199' },
  JPY: { basic: '1480', premium: '4480', enterprise: '36800' },
} as const satisfies Record<Currency, Record<PaidPlan, string>>

/** One row of market data from the archive: sold by the row, so that amounts have all eight decimals. */
const ROW = { USD: '0.00012345', EUR: '0.00011487', GBP: '0.00009871', JPY: '0.01834567' } as const satisfies Record<
  Currency,
  string
>

/** What is bought, and for how much. */
export interface Item {
  readonly item: string
  readonly amount: Decimal
}

/** A month of a plan: `premium-month`. */
export const monthOf = (plan: PaidPlan, currency: Currency): Item => ({
  item: `${plan}-month`,
  amount: exact(MONTH[currency][plan]),
})

/** Rows from the archive, some ten thousand to a million: `archive-rows`. */
export const archiveRows = (currency: Currency, random: Random): Item => ({
  item: 'archive-rows',
  amount: exact(ROW[currency]) * BigInt(10_000 + random.below(990_000)),
})

/** The price of one row from the archive: every amount of `archive-rows` is a multiple of it. */
export const rowPrice = (currency: Currency): Decimal => exact(ROW[currency])

function exact(text: string): Decimal {
  const amount = parseDecimal(text)
  if (amount === undefined) throw new RangeError(`${text} is no price`)
  return amount
}
