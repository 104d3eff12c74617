import { ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn'
import { z } from 'zod'
import { type DetailedStep, detailedSteps, type ListedExecution, listedExecutions } from './execution-history.ts'
import { StepFunctionsExecutions } from './executions.ts'

/** One table of a run, as Step Functions has it. Times are ms. */
export interface TableRun {
  readonly table: string
  /** Absent where the table is rebuilt whole. */
  readonly date?: string
  /**
   * waiting: for others; running; published, unchanged, failed: as its record says; skipped: what it reads has failed;
   * stopped: somebody stopped it.
   */
  readonly state: 'waiting' | 'running' | 'published' | 'unchanged' | 'failed' | 'skipped' | 'stopped'
  /** The step at work, or the one that failed. */
  readonly step?: string
  readonly startedAt?: number
  readonly stoppedAt?: number
  readonly inserted?: number
  readonly updated?: number
  readonly deleted?: number
  /** Rules that only warn, and that some rows break. */
  readonly warnings?: readonly { readonly rule: string; readonly rows: number }[]
  /** What became of it, or why it failed, in a sentence. */
  readonly says?: string
  readonly execution?: string
}

/** A whole run: one execution of the machine that refreshes, and the tables in it. */
export interface WholeRun {
  readonly run: string
  readonly status: string
  readonly startedAt: number
  readonly stoppedAt?: number
  /** What became of it, or why it failed, in a sentence. */
  readonly says?: string
  readonly tables: readonly TableRun[]
}

/** What the planner answers when it is asked for all waves of a run. */
const Planned = z.object({
  Payload: z.object({
    waves: z.array(
      z.object({
        tables: z.array(
          z.object({
            runs: z.array(
              z.object({ name: z.string(), input: z.object({ table: z.string(), date: z.string().nullish() }) }),
            ),
          }),
        ),
      }),
    ),
  }),
})

/** What a table's execution answers: its record. */
const Record = z.object({
  outcome: z.enum(['published', 'unchanged', 'failed']),
  inserted: z.coerce.number().default(0),
  updated: z.coerce.number().default(0),
  deleted: z.coerce.number().default(0),
  says: z.string().nullish(),
  warnings: z
    .preprocess(
      (given) => (typeof given === 'string' ? JSON.parse(given || '[]') : (given ?? [])),
      z.array(z.object({ rule: z.string(), rows: z.coerce.number() })),
    )
    .default([]),
})

/** What a whole run that succeeded answers. */
const Concluded = z.object({ says: z.string() })

/** The state in which the run's tables and days are found. */
const PLAN = 'Plan'
/** Waits within a step that nobody needs to see. */
const UNTOLD = new Set(['Begin', 'ChooseBuilder', 'ReadCheck', 'Judge', 'JudgeConflict', 'Reject', 'Done', 'Fail'])

/** The runs of one stage, read from Step Functions. */
export class RefreshRuns {
  readonly #client: SFNClient
  readonly #executions: StepFunctionsExecutions
  readonly #tableMachine: string
  /** Those that have ended, which never change, by ARN. */
  readonly #ended = new Map<string, TableRun>()
  readonly #plans = new Map<string, ReadonlyMap<string, TableInput>>()

  /** @param tableMachine ARN of the machine that refreshes one table */
  constructor(client: SFNClient, tableMachine: string) {
    this.#client = client
    this.#executions = new StepFunctionsExecutions(client)
    this.#tableMachine = tableMachine
  }

  /** A run of several tables as it stands. @param execution its ARN @throws ExecutionDoesNotExist where there is none */
  async whole(execution: string): Promise<WholeRun> {
    const whole = await this.#executions.describe(execution)
    const planned = await this.#planned(execution)
    const begun = new Map<string, ListedExecution>()
    for await (const listed of listedExecutions(this.#client, this.#tableMachine, whole.startedAt)) {
      if (planned.has(listed.name)) begun.set(listed.name, listed)
    }
    const over = whole.status !== 'RUNNING'
    const tables: TableRun[] = []
    for (const [name, input] of planned) {
      const listed = begun.get(name)
      tables.push(
        listed === undefined ? { ...input, state: over ? 'skipped' : 'waiting' } : await this.table(listed, input),
      )
    }
    const concluded = Concluded.safeParse(whole.output)
    const says = whole.cause ?? (concluded.success ? concluded.data.says : undefined)
    return {
      run: whole.name,
      status: whole.status,
      startedAt: whole.startedAt,
      ...(whole.stoppedAt !== undefined && { stoppedAt: whole.stoppedAt }),
      ...(says !== undefined && { says }),
      tables,
    }
  }

  /** The same. @returns undefined where there is no such execution */
  async wholeIfThere(execution: string): Promise<WholeRun | undefined> {
    try {
      return await this.whole(execution)
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined
      throw error
    }
  }

  /** One table's run as it stands. @param input @default what it was started with */
  async table({ arn, startedAt, stoppedAt }: ListedExecution, input?: TableInput): Promise<TableRun> {
    const held = this.#ended.get(arn)
    if (held !== undefined) return held
    const described = await this.#executions.describe(arn)
    const base = { ...(input ?? inputOf(described.input)), execution: arn, startedAt }
    if (described.status === 'RUNNING') {
      const step = (await this.#executions.steps(arn)).findLast(({ state }) => !UNTOLD.has(state))?.state
      return { ...base, state: 'running', ...(step !== undefined && { step }) }
    }
    const end = described.stoppedAt ?? stoppedAt
    const ended = { ...base, ...(end !== undefined && { stoppedAt: end }), ...outcomeOf(described) }
    this.#ended.set(arn, ended)
    return ended
  }

  /** The steps of one table's run that did something. */
  async steps(execution: string): Promise<readonly DetailedStep[]> {
    return (await detailedSteps(this.#client, execution)).filter(({ state }) => !UNTOLD.has(state))
  }

  /** By the name of its execution. Planned once, it stays. */
  async #planned(execution: string): Promise<ReadonlyMap<string, TableInput>> {
    const held = this.#plans.get(execution)
    if (held !== undefined) return held
    const steps = await detailedSteps(this.#client, execution)
    const answer = Planned.safeParse(steps.find(({ state, output }) => state === PLAN && output !== undefined)?.output)
    if (!answer.success) return new Map()
    const runs = answer.data.Payload.waves.flatMap(({ tables }) => tables.flatMap((table) => table.runs))
    const plan = new Map(runs.map(({ name, input }) => [name, inputOf(input)]))
    this.#plans.set(execution, plan)
    return plan
  }
}

interface TableInput {
  readonly table: string
  readonly date?: string
}

const Input = z.object({ table: z.string(), date: z.string().nullish() })

function inputOf(given: unknown): TableInput {
  const { table, date } = Input.catch({ table: 'unknown', date: undefined }).parse(given)
  return { table, ...(date ? { date } : {}) }
}

function outcomeOf(described: {
  readonly status: string
  readonly output?: unknown
  readonly error?: string
  readonly cause?: string
}): Pick<TableRun, 'state' | 'inserted' | 'updated' | 'deleted' | 'warnings' | 'says'> {
  const record = Record.safeParse(described.output)
  if (described.status === 'SUCCEEDED' && record.success) {
    const { outcome, says, ...rows } = record.data
    return { state: outcome, ...rows, ...(says ? { says } : {}) }
  }
  if (described.status === 'ABORTED') return { state: 'stopped', says: described.cause ?? 'Somebody stopped it.' }
  const says = described.cause ?? described.error ?? `It ended as ${described.status} and gives no reason.`
  return { state: described.status === 'SUCCEEDED' ? 'published' : 'failed', says }
}
