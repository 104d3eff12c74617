import { formatDecimal, parseDecimal } from '../decimal.ts'
import { type EventDefinition, fieldsOf } from './define-event.ts'
import { exampleOf } from './examples.ts'
import { type Field, mostOf } from './fields.ts'

/** A number from 0 to below 1, such as a seeded generator yields. */
export type Random = () => number

/** An event in its JSON form, valid or not. */
export type Sample = Readonly<Record<string, unknown>>

/** One way of being invalid: what was done to a valid sample, and the code with which the contract answers. */
export interface InvalidSample {
  readonly name: string
  readonly code: string
  readonly sample: Sample
}

const NOON = Date.UTC(2026, 0, 5, 12)
const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/**
 * A valid event in its JSON form, like the contract's examples: what is of one unit moves together, so that a highest
 * price stays above the lowest, and the digits of texts are drawn anew, so that ids differ. Optional fields are there
 * half of the time. The same random numbers give the same event; it was received as it happened.
 */
export function sampleOf(definition: EventDefinition, random: Random): Sample {
  const factors = new Map<string, number>()
  const factorOf = (unit: string): number => {
    const factor = factors.get(unit) ?? 0.5 + 1.5 * random()
    factors.set(unit, factor)
    return factor
  }
  const sample = Object.fromEntries(
    Object.entries(fieldsOf(definition))
      .filter(([, field]) => !field.optional || random() < 0.5)
      .map(([name, field]) => [name, sampleValue(field, exampleOf(field), random, factorOf)]),
  )
  return { ...sample, received_at: sample[definition.at] }
}

/** Every way in which that contract can be broken by one field, each made from the valid sample given. */
export function invalidSamplesOf(definition: EventDefinition, valid: Sample): readonly InvalidSample[] {
  return Object.entries(fieldsOf(definition)).flatMap(([name, field]) =>
    breakages(field).map(({ rule, how, value }) => ({
      name: `${name} ${how}`,
      code: `${name}_${rule}`,
      sample: { ...valid, [name]: value },
    })),
  )
}

interface Breakage {
  readonly rule: string
  readonly how: string
  readonly value: unknown
}

function breakages(field: Field): readonly Breakage[] {
  const missing: readonly Breakage[] = field.optional
    ? []
    : [
        { rule: 'missing', how: 'absent', value: undefined },
        { rule: 'missing', how: 'null', value: null },
      ]
  return [...missing, ...breakagesOfKind(field)]
}

function breakagesOfKind(field: Field): readonly Breakage[] {
  const notPositive: readonly Breakage[] = field.positive
    ? [
        { rule: 'not_positive', how: 'zero', value: field.kind === 'decimal' ? '0' : 0 },
        { rule: 'not_positive', how: 'negative', value: field.kind === 'decimal' ? '-3' : -3 },
      ]
    : []
  const { least, greatest } = field
  const written = (value: number) => (field.kind === 'decimal' ? String(value) : value)
  const outOfBounds: readonly Breakage[] = [
    ...(least === undefined ? [] : [{ rule: 'out_of_range', how: 'too small', value: written(least - 1) }]),
    ...(greatest === undefined ? [] : [{ rule: 'out_of_range', how: 'too great', value: written(greatest + 1) }]),
  ]
  switch (field.kind) {
    case 'token':
      return [
        { rule: 'wrong_type', how: 'a number', value: 7 },
        { rule: 'malformed', how: 'empty', value: '' },
        { rule: 'malformed', how: 'the address itself', value: 'ada@example.org' },
        { rule: 'malformed', how: 'a digit short', value: 'a'.repeat(63) },
        { rule: 'malformed', how: 'in capitals', value: 'A'.repeat(64) },
      ]
    case 'text':
      return [
        { rule: 'wrong_type', how: 'a number', value: 7 },
        { rule: 'malformed', how: 'empty', value: '' },
        { rule: 'malformed', how: 'with a control character', value: '\u0000' },
        { rule: 'out_of_range', how: 'too long', value: 'x'.repeat(mostOf(field) + 1) },
      ]
    case 'decimal':
      return [
        { rule: 'wrong_type', how: 'a number', value: 1.5 },
        { rule: 'malformed', how: 'not a decimal', value: 'abc' },
        { rule: 'malformed', how: 'with nine places', value: '0.123456789' },
        { rule: 'malformed', how: 'with an exponent', value: '1e5' },
        { rule: 'out_of_range', how: 'too large', value: `1${'0'.repeat(14)}` },
        ...notPositive,
        ...outOfBounds,
      ]
    case 'integer':
      return [
        { rule: 'wrong_type', how: 'a fraction', value: 1.5 },
        { rule: 'wrong_type', how: 'text', value: '7' },
        { rule: 'wrong_type', how: 'more than a double holds', value: 2 ** 53 },
        ...notPositive,
        ...outOfBounds,
      ]
    case 'instant':
      return [
        { rule: 'wrong_type', how: 'text', value: '2026-01-05T12:00:00Z' },
        { rule: 'out_of_range', how: 'in seconds', value: Math.floor(NOON / 1000) },
        { rule: 'out_of_range', how: 'in microseconds', value: NOON * 1000 },
      ]
    case 'flag':
      return [{ rule: 'wrong_type', how: 'text', value: 'yes' }]
    case 'choice':
      return [{ rule: 'unknown_choice', how: 'none of the choices', value: 'sideways' }]
    default:
      return field.kind satisfies never
  }
}

function sampleValue(field: Field, example: unknown, random: Random, factorOf: (unit: string) => number): unknown {
  const { kind, unit = '', least, greatest } = field
  switch (kind) {
    case 'text':
      return example === undefined
        ? word(Math.min(8, mostOf(field)), random)
        : String(example).replaceAll(/\d/g, () => String(Math.floor(random() * 10)))
    case 'token':
      return Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('')
    case 'decimal':
      return formatDecimal(
        scaled(parseDecimal(String(example)) ?? BigInt(1 + Math.floor(random() * 1e13)), factorOf(unit)),
      )
    case 'integer':
      if (least !== undefined && greatest !== undefined) return least + Math.floor(random() * (greatest - least + 1))
      return Math.max(1, Math.round(Number(example ?? 100) * factorOf(unit)))
    case 'instant':
      return NOON + Math.floor(random() * 3_600_000)
    case 'flag':
      return random() < 0.5
    case 'choice':
      return field.choices?.[Math.floor(random() * field.choices.length)]
    default:
      return kind satisfies never
  }
}

/** By a factor from 0.5 to 2; no value comes to zero that was none. */
function scaled(value: bigint, factor: number): bigint {
  const product = (value * BigInt(Math.round(factor * 2 ** 20))) >> 20n
  return product === 0n ? value : product
}

const word = (length: number, random: Random): string =>
  Array.from({ length }, () => LETTERS.charAt(Math.floor(random() * LETTERS.length))).join('')
