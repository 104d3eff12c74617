import { type EventDefinition, fieldsOf } from '#domain/events/define-event.ts'
import { eventsOn } from '#domain/events/events.ts'
import { type Parsed, parserOf } from '#domain/events/to-zod.ts'
import type { Personal } from '#domain/events/tokens.ts'
import { userSignup } from '#domain/events/user-signup.ts'

/** What a product may send: a contract whose tokens are made here, of addresses that the product sends in their place. */
export interface Offer {
  readonly definition: EventDefinition
  readonly parse: (input: unknown) => Parsed
  /** What a product writes itself. */
  readonly fields: readonly string[]
  /** Of these the ones that are free text. */
  readonly texts: readonly string[]
  readonly personal: readonly PersonalField[]
}

/** `email` is what a product sends, `email_token` what becomes of it. */
export interface PersonalField {
  readonly raw: Personal
  readonly token: string
  readonly isRequired: boolean
}

/** Stamped and made here: a product that sent one would know better than it can. */
export const STAMPED = 'received_at'

const RAW: Readonly<Record<string, Personal>> = { email_token: 'email', ip_token: 'ip' }

/** By `type`: the contracts of customers. The names of all others are unknown here. */
export const offers: ReadonlyMap<string, Offer> = new Map(
  eventsOn(userSignup.topic).map((definition) => [definition.name, offerOf(definition)]),
)

/** @throws TypeError where the collector could not make what the contract asks for */
export function offerOf(definition: EventDefinition): Offer {
  // JSON is written here without the machinery of Avro, which would be half of the function's code.
  if (definition.wire !== 'json') throw new TypeError(`${definition.name} does not travel as JSON`)
  const all = Object.entries(fieldsOf(definition)).filter(
    ([name, { lookup }]) => name !== STAMPED && lookup === undefined,
  )
  const personal = all.flatMap(([token, field]): readonly PersonalField[] => {
    if (field.kind !== 'token') return []
    const raw = RAW[token]
    if (raw === undefined) throw new TypeError(`nothing says of what ${definition.name} holds ${token}`)
    return [{ raw, token, isRequired: !field.optional }]
  })
  const own = all.filter(([, { kind }]) => kind !== 'token')
  return {
    definition,
    parse: parserOf(definition, 'json'),
    fields: own.map(([name]) => name),
    texts: own.flatMap(([name, { kind }]) => (kind === 'text' ? [name] : [])),
    personal,
  }
}
