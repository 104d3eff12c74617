import { z } from 'zod'
import { type Decimal, formatDecimal, ONE, parseDecimal } from '../decimal.ts'
import { type AnyEvent, type EventDefinition, fieldsOf } from './define-event.ts'
import { type Field, limits, mostOf } from './fields.ts'

/** Form of what is parsed: JSON text spells decimals as strings; Avro has already made bigints of them. */
export type Form = 'json' | 'avro'

const DECIMAL_BOUND: Decimal = 10n ** BigInt(limits.digits) * ONE

/** Why a value is not what its field asks for: `rule` groups alike faults, `says` is for the person who repairs it. */
interface Fault {
  readonly rule: 'missing' | 'wrong_type' | 'malformed' | 'out_of_range' | 'not_positive' | 'unknown_choice'
  readonly says: string
}

/** A record that the contract refuses: `code` groups alike reasons, `reason` names field, value and rule. */
export interface Refused {
  readonly code: string
  readonly reason: string
}

export type Parsed = { readonly event: AnyEvent } | { readonly refused: Refused }

/** The zod schema of an event in that form; unknown fields are left out, so that a newer writer can be read. */
export function toZod(definition: EventDefinition, form: Form): z.ZodObject {
  const shape = Object.entries(fieldsOf(definition)).map(([name, field]) => [name, schemaOf(field, form)])
  return z.object(Object.fromEntries(shape))
}

/** Parses one event; built once a contract and form. All faults of a record are told at once, the first gives the code. */
export function parserOf(definition: EventDefinition, form: Form): (input: unknown) => Parsed {
  const schema = toZod(definition, form)
  return (input) => {
    const result = schema.safeParse(input)
    if (result.success) return { event: { type: definition.name, ...result.data } as AnyEvent }
    const issues = result.error.issues
    const [first] = issues
    const rule = first?.code === 'custom' ? String(first.params?.rule) : 'wrong_type'
    return {
      refused: {
        code: [first?.path[0] ?? definition.name, rule].join('_'),
        reason: issues.map(({ path, message }) => [path.join('.') || definition.name, message].join(': ')).join('; '),
      },
    }
  }
}

/** The event as JSON can hold it: decimals as strings, `type` first. The inverse of parsing its JSON form. */
export function toJson(event: AnyEvent): Record<string, string | number | boolean> {
  const json: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(event)) {
    if (value !== undefined) json[name] = typeof value === 'bigint' ? formatDecimal(value) : value
  }
  return json
}

function schemaOf(field: Field, form: Form): z.ZodType {
  // A check is several times quicker than a transform, and Avro's values need none.
  const schema =
    field.kind === 'decimal' && form === 'json'
      ? z.preprocess(decimalOf, z.unknown().check(checkOf(field)))
      : z.unknown().check(checkOf(field))
  return field.optional ? z.preprocess((input) => input ?? undefined, schema.optional()) : schema
}

const checkOf =
  (field: Field): z.core.CheckFn<unknown> =>
  (context) => {
    const input = context.value
    const fault = input === undefined || input === null ? MISSING : faultOf(field, input)
    if (fault !== undefined)
      context.issues.push({ code: 'custom', input, message: fault.says, params: { rule: fault.rule } })
  }

const MISSING: Fault = { rule: 'missing', says: 'is missing' }

/** JSON text to a bigint; anything else stays as it is, for `faultOf` to name. */
const decimalOf = (input: unknown): unknown => (typeof input === 'string' ? (parseDecimal(input) ?? input) : input)

function faultOf(field: Field, value: unknown): Fault | undefined {
  switch (field.kind) {
    case 'token':
      // The value is not repeated: whoever sent no token may have sent what it stands for.
      if (typeof value !== 'string') return { rule: 'wrong_type', says: 'is no text' }
      return TOKEN.test(value) ? undefined : { rule: 'malformed', says: 'is no token of 64 hexadecimal digits' }
    case 'text':
      if (typeof value !== 'string') return wrongType(value, 'text')
      if (value.length === 0) return { rule: 'malformed', says: 'is empty' }
      if (value.length > mostOf(field))
        return { rule: 'out_of_range', says: `has ${value.length} characters, more than ${mostOf(field)}` }
      if (hasControl(value)) return { rule: 'malformed', says: `${quote(value)} holds a control character` }
      return undefined
    case 'decimal':
      if (typeof value === 'string')
        return { rule: 'malformed', says: `${quote(value)} is not a decimal of at most eight places` }
      if (typeof value !== 'bigint') return wrongType(value, 'a decimal, written as text')
      if (value >= DECIMAL_BOUND || value <= -DECIMAL_BOUND)
        return { rule: 'out_of_range', says: `${formatDecimal(value)} has more than fourteen digits before the point` }
      if (field.positive && value <= 0n)
        return { rule: 'not_positive', says: `${formatDecimal(value)} is not positive` }
      return boundFault(field, value, ONE)
    case 'integer':
      if (!Number.isSafeInteger(value)) return wrongType(value, 'a whole number')
      if (field.positive && Number(value) <= 0) return { rule: 'not_positive', says: `${value} is not positive` }
      return boundFault(field, BigInt(Number(value)), 1n)
    case 'instant':
      if (!Number.isSafeInteger(value)) return wrongType(value, 'milliseconds since 1970')
      if (Number(value) < limits.from || Number(value) >= limits.until)
        return { rule: 'out_of_range', says: `${value} ms is not between the years 2000 and 2100` }
      return undefined
    case 'flag':
      return typeof value === 'boolean' ? undefined : wrongType(value, 'true or false')
    case 'choice':
      if (typeof value === 'string' && field.choices?.includes(value)) return undefined
      return { rule: 'unknown_choice', says: `${quote(value)} is none of ${field.choices?.join(', ')}` }
    default:
      return field.kind satisfies never
  }
}

const TOKEN = /^[0-9a-f]{64}$/

/** @param one how a whole unit is written in `value` */
function boundFault({ least, greatest }: Field, value: bigint, one: bigint): Fault | undefined {
  const shown = () => (one === 1n ? String(value) : formatDecimal(value))
  if (least !== undefined && value < BigInt(least) * one)
    return { rule: 'out_of_range', says: `${shown()} is less than ${least}` }
  if (greatest !== undefined && value > BigInt(greatest) * one)
    return { rule: 'out_of_range', says: `${shown()} is more than ${greatest}` }
  return undefined
}

const wrongType = (value: unknown, wanted: string): Fault => ({
  rule: 'wrong_type',
  says: `${quote(value)} is not ${wanted}`,
})

/** The value as a person recognises it, cut where it is long. */
function quote(value: unknown): string {
  const text = typeof value === 'bigint' ? formatDecimal(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 127) return true
  }
  return false
}
