import { events } from '../events/events.ts'
import { lands } from '../events/silver-columns.ts'
import { contractArgument } from '../events/to-contract.ts'
import { databaseOf, prefixes } from '../lake/names.ts'
import { Refusal } from '../refusal.ts'
import { checkedDate } from './calendar-date.ts'
import { buildStatement, dropStatement } from './candidate-statements.ts'
import { checkStatement } from './check-statement.ts'
import { publishStatement } from './publish-statement.ts'
import type { RefreshPlan, Table } from './table.ts'

/** Where and under which name a table is refreshed. */
export interface Refreshing {
  readonly stage: string
  /** Tells this run from every other one: letters, digits, `-` and `_`. */
  readonly run: string
  /** `yyyy-mm-dd`: given for a table of days, absent for one that is rebuilt whole. */
  readonly date?: string
  readonly lakeBucket: string
  readonly scratchBucket: string
  /** The Glue job that builds silver. */
  readonly silverJob: string
}

/**
 * Writes every statement of one run.
 * @throws Refusal where the date is absent, too much, or no day, or the run's name is none
 */
export function planRefresh(table: Table, refreshing: Refreshing): RefreshPlan {
  const { stage, run } = refreshing
  const date = dateOf(table, refreshing.date)
  if (!/^[\w-]{1,64}$/.test(run)) {
    throw new Refusal(`"${run}" names no run: it takes at most 64 letters, digits, hyphens and underscores.`)
  }
  const candidate = `${table.name.replace('.', '_')}__${run.replace(/[^A-Za-z0-9]/g, '_')}`.toLowerCase()
  const scope = { stage, candidate, ...(date === undefined ? {} : { date }) }
  return {
    run,
    table: table.name,
    ...(date === undefined ? {} : { date }),
    candidate,
    build: buildOf(table, refreshing, candidate, date),
    check: checkStatement(table, scope),
    publish: publishStatement(table, scope),
    drop: dropStatement(scope),
  }
}

/** The folder of a run's candidate; nobody else writes below it. */
export const candidateLocation = (scratchBucket: string, table: Pick<Table, 'name'>, run: string): string =>
  `s3://${scratchBucket}/candidates/${table.name}/${run}/`

function dateOf({ name, day }: Table, date: string | undefined): string | undefined {
  if (day !== undefined && date === undefined) {
    throw new Refusal(`${name} is refreshed by the day (${day}): say which one, such as 2026-11-20.`)
  }
  if (day === undefined && date !== undefined) {
    throw new Refusal(`${name} is rebuilt whole: leave out the day (${date}).`)
  }
  return date === undefined ? undefined : checkedDate(date)
}

function buildOf(
  table: Table,
  { stage, run, lakeBucket, scratchBucket, silverJob }: Refreshing,
  candidate: string,
  date: string | undefined,
): RefreshPlan['build'] {
  const location = candidateLocation(scratchBucket, table, run)
  const { build } = table
  if (build.kind === 'athena') {
    const scope = { stage, candidate, location, ...(date === undefined ? {} : { date }) }
    return { kind: 'athena', sql: buildStatement(table, build.select, scope) }
  }
  const event = events.filter(lands).find(({ name }) => name === build.event)
  if (event === undefined || date === undefined) {
    throw new Error(`${table.name} is built from the event ${build.event} by the day, and one of the two is not there`)
  }
  return {
    kind: 'glue',
    job: silverJob,
    arguments: {
      '--event': event.name,
      '--date': date,
      '--bronze': `s3://${lakeBucket}/${prefixes.bronze}`,
      '--candidate_database': databaseOf(stage, 'candidates'),
      '--candidate_table': candidate,
      '--candidate_location': location,
      '--contract': contractArgument(event),
    },
  }
}
