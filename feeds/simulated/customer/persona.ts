import { devices } from '#domain/events/customer.ts'
import type { Random } from '../random.ts'
import { chosen, type Weighted } from './chances.ts'
import type { Currency } from './prices.ts'

export type Device = (typeof devices)[number]
export type Channel = 'organic' | 'search' | 'social' | 'referral' | 'campaign'

/** How somebody takes to the product: how many days pass between visits, and how many visits end in silence. */
export interface Habit {
  readonly daysBetween: number
  readonly leaves: number
}

/** Somebody, as far as it does not change. */
export interface Persona {
  readonly country: string
  readonly currency: Currency
  /** Of the country's clocks against UTC; without summer time, which habits follow but slowly. */
  readonly utcOffsetHours: number
  readonly channel: Channel
  /** At a domain that is reserved for examples (RFC 2606), so that nobody's. */
  readonly email: string
  /** The first is the usual one. */
  readonly devices: readonly [Device, ...Device[]]
  readonly homeAddress: string
  readonly habit: Habit
}

const COUNTRIES = [
  { weight: 38, country: 'US', currency: 'USD', utcOffsetHours: -6 },
  { weight: 14, country: 'GB', currency: 'GBP', utcOffsetHours: 0 },
  { weight: 14, country: 'DE', currency: 'EUR', utcOffsetHours: 1 },
  { weight: 9, country: 'FR', currency: 'EUR', utcOffsetHours: 1 },
  { weight: 6, country: 'ES', currency: 'EUR', utcOffsetHours: 1 },
  { weight: 4, country: 'IE', currency: 'EUR', utcOffsetHours: 0 },
  { weight: 15, country: 'JP', currency: 'JPY', utcOffsetHours: 9 },
] as const satisfies readonly (Weighted & Pick<Persona, 'country' | 'currency' | 'utcOffsetHours'>)[]

const CHANNELS = [
  { weight: 30, channel: 'organic' },
  { weight: 30, channel: 'search' },
  { weight: 18, channel: 'social' },
  { weight: 12, channel: 'referral' },
  { weight: 10, channel: 'campaign' },
] as const satisfies readonly (Weighted & { channel: Channel })[]

/** The seldom come less often than once a week: at any time many of them look as if they had left. */
const HABITS = [
  { weight: 30, daysBetween: 0.8, leaves: 0.005 },
  { weight: 40, daysBetween: 3, leaves: 0.02 },
  { weight: 30, daysBetween: 10, leaves: 0.08 },
] as const satisfies readonly (Weighted & Habit)[]

/**
 * Somebody who signs up at that moment: likelier from where people are awake.
 * @param mailbox names the email address, and so is nobody else's
 */
export function personaAt(at: number, mailbox: string, random: Random): Persona {
  const awake = COUNTRIES.map((country) => ({
    ...country,
    weight: country.weight * bustleAt(at + country.utcOffsetHours * 3_600_000),
  }))
  const { country, currency, utcOffsetHours } = chosen(awake, random)
  const device = deviceOf(random)
  return {
    country,
    currency,
    utcOffsetHours,
    channel: chosen(CHANNELS, random).channel,
    email: `${mailbox}@example.${['com', 'net', 'org'][random.below(3)]}`,
    devices: random.next() < 0.35 ? [device, deviceOf(random)] : [device],
    homeAddress: addressOf(random),
    habit: chosen(HABITS, random),
  }
}

/** An address of the ranges that are kept for documentation (RFC 5737 and RFC 3849), so that nobody's. */
export function addressOf(random: Random): string {
  if (random.next() < 0.3) {
    const groups = Array.from({ length: 4 }, () => (1 + random.below(0xfffe)).toString(16))
    return `2001:db8:${groups.join(':')}::1`
  }
  return `${['192.0.2', '198.51.100', '203.0.113'][random.below(3)]}.${1 + random.below(254)}`
}

/** How busy people are with such things, by the hour on their clocks: little at night, most in the evening. */
const BUSTLE = [
  ...[0.25, 0.12, 0.07, 0.05, 0.06, 0.12, 0.3, 0.6, 0.85, 0.9, 0.9, 0.95],
  ...[1.05, 0.95, 0.85, 0.85, 0.9, 1.05, 1.25, 1.5, 1.6, 1.45, 1.0, 0.55],
]

/** The most that `bustleAt` answers. */
export const MOST_BUSTLE = Math.max(...BUSTLE)

/** @param local ms, as the clocks there show it */
export const bustleAt = (local: number): number => BUSTLE[Math.floor(local / 3_600_000) % 24] ?? 0

/** The first ones of the list are the most usual. */
const deviceOf = (random: Random): Device => devices[Math.floor(random.next() ** 1.4 * devices.length)] ?? devices[0]
