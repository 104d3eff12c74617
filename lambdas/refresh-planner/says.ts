import { jsonOf } from '#domain/json.ts'
import type { RunRecord } from '#domain/lake/run-records.ts'

/** A rule, and how many rows of the candidate break it. */
export interface BrokenRule {
  readonly rule: string
  readonly rows: number
}

/** Why an execution failed: a name that is no reserved one, and the reason in the failing service's own words. */
export interface Failure {
  readonly error: string
  readonly reason: string
}

/**
 * Athena's, Glue's and Lambda's own reasons stand at different places of the JSON that Step Functions gives as a cause;
 * whether a statement's is wrapped as its answer is, AWS does not document.
 */
const REASONS: readonly { readonly error: string | undefined; readonly path: readonly string[] }[] = [
  { error: 'StatementFailed', path: ['QueryExecution', 'Status', 'StateChangeReason'] },
  { error: 'StatementFailed', path: ['Status', 'StateChangeReason'] },
  { error: 'JobFailed', path: ['ErrorMessage'] },
  { error: undefined, path: ['errorMessage'] },
]

/** Reads an error and its cause as Step Functions gives them. */
export function failureOf(error: string | undefined, cause: string | undefined): Failure {
  if (error === 'States.Timeout') return { error: 'TimedOut', reason: 'a step took longer than it may' }
  const told = parsed(cause)
  for (const { error: name, path } of REASONS) {
    const reason = path.reduce<unknown>((value, key) => memberOf(value, key), told)
    if (typeof reason === 'string' && reason !== '') return { error: name ?? plain(error), reason: inOneLine(reason) }
  }
  return { error: plain(error), reason: inOneLine(cause || 'no reason was given') }
}

/** What became of a run, in one sentence for a person. */
export function saysOf(
  record: Pick<RunRecord, 'table' | 'date' | 'outcome' | 'inserted' | 'updated' | 'deleted' | 'warnings'>,
  broken: readonly BrokenRule[],
  failure: Failure | undefined,
): string {
  const what = record.date === undefined ? record.table : `${record.table} of ${record.date}`
  const warned = record.warnings.length === 0 ? '' : `; it is published although ${listed(record.warnings)}`
  switch (record.outcome) {
    case 'published':
      return `${what}: published ${rows(record.inserted + record.updated)}, ${changes(record)}${warned}.`
    case 'unchanged':
      return `${what}: unchanged${warned}.`
    case 'failed':
      if (broken.length > 0) return `${what}: nothing was published because ${listed(broken)}.`
      return `${what}: failed because ${(failure?.reason ?? 'no reason was given').replace(/\.$/, '')}.`
    default:
      throw new Error(`${record.outcome satisfies never} is no outcome`)
  }
}

const number = new Intl.NumberFormat('en-US')
const rows = (count: number): string => `${number.format(count)} ${count === 1 ? 'row' : 'rows'}`

const changes = ({ inserted, updated, deleted }: Pick<RunRecord, 'inserted' | 'updated' | 'deleted'>): string =>
  `${number.format(inserted)} new, ${number.format(updated)} changed, ${number.format(deleted)} removed`

const listed = (broken: readonly BrokenRule[]): string =>
  broken
    .map(({ rule, rows: count }) => `${rows(count)} ${count === 1 ? 'breaks' : 'break'} the rule "${rule}"`)
    .join(', ')

/** Errors of ours keep their names; `States.` is reserved for Step Functions itself. */
const plain = (error: string | undefined): string => (error || 'Failed').replace(/^States\./, '')

/** One line, without what the AWS SDK for Java adds for its own people. */
const inOneLine = (reason: string): string =>
  reason
    .replace(/ \(Service: [^)]*\)\s*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 1_000)

/** Step Functions cuts a cause that is too long: then it is text like any other. */
const parsed = (cause: string | undefined): unknown => (cause?.startsWith('{') ? jsonOf(cause) : undefined)

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && key in value ? (value as Record<string, unknown>)[key] : undefined
