import { z } from 'zod'
import { prefixes } from '#domain/lake/names.ts'
import { dropStatement } from '#domain/tables/candidate-statements.ts'
import type { TableName } from '#domain/tables/table.ts'
import type { Planner } from './planner.ts'

/** Another run is at work on the table; the state machine waits and asks again. */
export class LeaseHeld extends Error {
  override readonly name = 'LeaseHeld'
}

const holder = z.object({
  /** ARN: it says whether the holder still lives. */
  execution: z.string(),
  run: z.string(),
  candidate: z.string(),
  /** ISO 8601. */
  acquired_at: z.string(),
})
export type Holder = z.output<typeof holder>

/** A table's lease as its object has it; nobody holds it where the holder is null. */
const lease = z.object({ holder: holder.nullable() })

/** What a lease needs of the outside. */
export type LeaseKeeper = Pick<Planner, 'stage' | 'objects' | 'executions' | 'statements' | 'lake'>

/** Times that the object may change between a look and a write before others are given the way. */
const TRIES = 5

const keyOf = (table: TableName): string => `${prefixes.leases}${table}.json`
const textOf = (of: Holder | null): string => JSON.stringify({ holder: of }, undefined, 2)

/**
 * Takes a table for one execution, again where it has it already. A holder whose execution has ended is cleared away
 * first: its statements are stopped, so that none commits any more, and its candidate is dropped.
 * @throws LeaseHeld where another execution is at work on the table
 */
export async function acquire(table: TableName, by: Holder, keeper: LeaseKeeper): Promise<void> {
  const { objects, executions } = keeper
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await objects.get(keyOf(table))
    if (found === undefined) {
      if (await objects.create(keyOf(table), textOf(by))) return
      continue
    }
    const current = lease.parse(JSON.parse(found.text)).holder
    if (current !== null && current.execution !== by.execution) {
      if (await executions.isRunning(current.execution)) {
        throw new LeaseHeld(`${table} is being refreshed by the run ${current.run} since ${current.acquired_at}.`)
      }
      await clear(current, keeper)
    }
    if (await objects.replace(keyOf(table), textOf(by), found.tag)) return
  }
  throw new LeaseHeld(`${table} is wanted by several runs at once.`)
}

/** Gives a table free where the execution still has it; what another one holds stays. */
export async function release(table: TableName, execution: string, { objects }: LeaseKeeper): Promise<void> {
  for (;;) {
    const found = await objects.get(keyOf(table))
    if (found === undefined || lease.parse(JSON.parse(found.text)).holder?.execution !== execution) return
    if (await objects.replace(keyOf(table), textOf(null), found.tag)) return
  }
}

/** All leases that somebody holds; the dead among them are cleared away and given free. @returns the living */
export async function livingHolders(keeper: LeaseKeeper): Promise<readonly Holder[]> {
  const { objects, executions } = keeper
  const living: Holder[] = []
  for (const key of await objects.list(prefixes.leases)) {
    const found = await objects.get(key)
    const current = found && lease.parse(JSON.parse(found.text)).holder
    if (!current) continue
    if (await executions.isRunning(current.execution)) {
      living.push(current)
    } else {
      await clear(current, keeper)
      // Where another run has taken it meanwhile, that one stands.
      await objects.replace(key, textOf(null), found.tag)
    }
  }
  return living
}

async function clear({ candidate, acquired_at }: Holder, { stage, statements, lake }: LeaseKeeper): Promise<void> {
  // In quotes, as every statement that writes names it: another candidate's name may begin with this one.
  await statements.stopNaming(`"${candidate}"`, Date.parse(acquired_at))
  await lake.query(dropStatement({ stage, candidate }))
}
