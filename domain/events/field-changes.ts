import type { Contract, ContractField } from './to-contract.ts'

export interface Change {
  /** Whether somebody who reads or writes the contract as it landed is broken by it. */
  readonly breaks: boolean
  /** What has changed and, where it breaks, what for whom. */
  readonly says: string
}

/** Who reads and writes an event, for sentences. */
interface Parties {
  readonly event: string
  /** As it landed. */
  readonly version: number
  readonly silver: string
}

/** What has changed of a contract's fields, one entry a change: those that have gone or changed first, then new ones. */
export function fieldChanges(landed: Contract, now: Contract): readonly Change[] {
  const parties: Parties = { event: landed.event, version: landed.version, silver: `silver.${landed.table}` }
  const before = new Map(landed.fields.map((field) => [field.name, field]))
  const after = new Map(now.fields.map((field) => [field.name, field]))
  const added = now.fields.filter(({ name }) => !before.has(name))
  return [
    ...landed.fields.flatMap((field) => {
      const kept = after.get(field.name)
      return kept === undefined ? [gone(field, added, parties)] : changesOf(field, kept, parties)
    }),
    ...added.map((field) => gained(field, parties)),
  ]
}

function gone(field: ContractField, added: readonly ContractField[], { event, version, silver }: Parties): Change {
  const { name, kind, optional } = field
  const renamed = added.find((other) => other.kind === kind)
  const consumers = optional
    ? `consumers of version ${version} find it absent`
    : `consumers of version ${version} put every new event into quarantine, because ${name} is missing`
  const rename =
    renamed === undefined
      ? ''
      : ` It may have been renamed to ${renamed.name}, which is new and a ${kind} too: nothing that reads ${name} knows that.`
  return {
    breaks: true,
    says: `${event} no longer has ${name}: ${consumers}, and analysts' ${silver}.${name} stays empty from now on.${rename}`,
  }
}

function gained({ name, optional, looked_up_by }: ContractField, { event, version, silver }: Parties): Change {
  if (looked_up_by !== undefined)
    return { breaks: false, says: `${event} gains ${name}, looked up by ${looked_up_by} where it is decoded.` }
  if (optional) return { breaks: false, says: `${event} gains ${name}, which may be absent.` }
  return {
    breaks: true,
    says: `${event} now requires ${name}: what producers of version ${version} send goes to quarantine without it, and days of analysts' ${silver} that landed without it cannot be built again.`,
  }
}

function changesOf(was: ContractField, is: ContractField, parties: Parties): readonly Change[] {
  const { event, version, silver } = parties
  const { name } = was
  const field = `${event}.${name}`
  if (was.kind !== is.kind)
    return [
      broken(
        `${field} was a ${was.kind} and is a ${is.kind}: consumers of version ${version} cannot read new events, newer ones not what producers of version ${version} send, and analysts' ${silver}.${name} would have two types.`,
      ),
    ]
  if (was.looked_up_by !== is.looked_up_by)
    return [
      broken(
        `${field} was ${originOf(was)} and is ${originOf(is)}: analysts' ${silver}.${name} and live metrics by it would mix values of two origins.`,
      ),
    ]
  const unit =
    was.unit === is.unit
      ? []
      : [
          broken(
            `${field} was counted in ${was.unit ?? 'no unit'} and is in ${is.unit ?? 'no unit'}: nothing is refused, but analysts' ${silver}.${name} would mix both, the hot path would add them up, and consumers of version ${version} would misread every new event.`,
          ),
        ]
  const presence =
    was.optional === is.optional
      ? []
      : [
          is.optional
            ? widened(field, 'may now be absent', 'an event without it', parties)
            : narrowed(field, 'is now required', 'an event without it', parties),
        ]
  return [...unit, ...presence, ...choiceChanges(was, is, field, parties), ...boundChanges(was, is, field, parties)]
}

const originOf = ({ looked_up_by }: ContractField): string =>
  looked_up_by === undefined ? 'sent by producers' : `looked up by ${looked_up_by}`

function choiceChanges(was: ContractField, is: ContractField, field: string, parties: Parties): readonly Change[] {
  const [before = [], after = []] = [was.choices, is.choices]
  const removed = before.filter((choice) => !after.includes(choice))
  const added = after.filter((choice) => !before.includes(choice))
  return [
    ...(removed.length === 0
      ? []
      : [narrowed(field, `can no longer be ${removed.join(' or ')}`, 'an event that says so', parties)]),
    ...(added.length === 0
      ? []
      : [widened(field, `can now be ${added.join(' or ')}`, 'an event that says so', parties)]),
  ]
}

function boundChanges(was: ContractField, is: ContractField, field: string, parties: Parties): readonly Change[] {
  const bounds: readonly (readonly [
    what: string,
    before: number | undefined,
    after: number | undefined,
    sign: 1 | -1,
  ])[] = [
    ['characters, at most', was.most, is.most, 1],
    ['at least', was.least, is.least, -1],
    ['at most', was.greatest, is.greatest, 1],
  ]
  const positive =
    was.positive === is.positive
      ? []
      : [
          is.positive
            ? narrowed(field, 'has to be positive now', 'a zero or negative one', parties)
            : widened(field, 'need not be positive any more', 'a zero or negative one', parties),
        ]
  return [
    ...positive,
    ...bounds.flatMap(([what, before, after, sign]) => {
      if (before === after) return []
      const [from, to] = [before ?? sign * Number.POSITIVE_INFINITY, after ?? sign * Number.POSITIVE_INFINITY]
      const change = `was limited (${what}: ${before ?? 'no limit'}) and is (${what}: ${after ?? 'no limit'})`
      return [
        sign * (to - from) < 0
          ? narrowed(field, change, 'what lies between', parties)
          : widened(field, change, 'what lies between', parties),
      ]
    }),
  ]
}

/** Accepts less than it did: what older producers may send, and what has landed. */
const narrowed = (field: string, change: string, what: string, { version, silver }: Parties): Change =>
  broken(
    `${field} ${change}: ${what} that a producer of version ${version} still sends goes to quarantine, and days of analysts' ${silver} that hold one cannot be built again.`,
  )

/** Accepts more than it did: what older consumers refuse. */
const widened = (field: string, change: string, what: string, { version }: Parties): Change =>
  broken(
    `${field} ${change}: consumers of version ${version}, hot path and landing included until they are all replaced, put ${what} into quarantine.`,
  )

const broken = (says: string): Change => ({ breaks: true, says })
