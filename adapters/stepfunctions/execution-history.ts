import {
  ExecutionDoesNotExist,
  type ExecutionListItem,
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { type AwsConnection, clientSettings } from '#adapters/aws/connection.ts'

/** A client for somebody at a command line. */
export const sfnClient = (connection: AwsConnection): SFNClient => new SFNClient(clientSettings(connection))

/** An execution as the list of its machine has it. Times are ms. */
export interface ListedExecution {
  readonly arn: string
  readonly name: string
  readonly status: string
  readonly startedAt: number
  readonly stoppedAt?: number
}

/** A step of one execution with what it did. Times are ms. */
export interface DetailedStep {
  readonly state: string
  readonly enteredAt: number
  /** Absent while it is at work, and where the execution ended in it. */
  readonly exitedAt?: number
  /** The Athena query or the Glue job run that it started. */
  readonly started?: { readonly kind: 'query' | 'job'; readonly id: string }
  /** What its task answered, parsed. */
  readonly output?: unknown
  readonly error?: string
  readonly cause?: string
}

/** Executions of a machine, the newest first. @param since only those begun after it, ms. @default all that AWS keeps */
export async function* listedExecutions(
  client: SFNClient,
  machine: string,
  since = 0,
): AsyncGenerator<ListedExecution> {
  for await (const { executions } of paginateListExecutions(
    { client },
    { stateMachineArn: machine, maxResults: 100 },
  )) {
    for (const execution of executions ?? []) {
      const listed = listedOf(execution)
      if (listed.startedAt < since) return
      yield listed
    }
  }
}

function listedOf({ executionArn, name, status, startDate, stopDate }: ExecutionListItem): ListedExecution {
  return {
    arn: executionArn ?? '',
    name: name ?? '',
    status: status ?? 'RUNNING',
    startedAt: startDate?.getTime() ?? 0,
    ...(stopDate && { stoppedAt: stopDate.getTime() }),
  }
}

/**
 * The steps of an execution without parallel ones, in their order, with what each started, answered, or failed of.
 * @returns none where there is no such execution
 */
export async function detailedSteps(client: SFNClient, execution: string): Promise<readonly DetailedStep[]> {
  const steps: Mutable<DetailedStep>[] = []
  const pages = paginateGetExecutionHistory({ client }, { executionArn: execution, includeExecutionData: true })
  try {
    for await (const { events } of pages) for (const event of events ?? []) note(event, steps)
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return []
    throw error
  }
  return steps
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function note(event: HistoryEvent, steps: Mutable<DetailedStep>[]): void {
  const at = event.timestamp?.getTime() ?? 0
  const entered = event.stateEnteredEventDetails?.name
  if (entered !== undefined) steps.push({ state: entered, enteredAt: at })
  const step = steps.at(-1)
  if (step === undefined) return
  if (event.stateExitedEventDetails !== undefined) step.exitedAt ??= at
  const done = event.taskSucceededEventDetails
  const failed =
    event.taskFailedEventDetails ?? event.taskTimedOutEventDetails ?? event.lambdaFunctionFailedEventDetails
  if (done?.output !== undefined) step.output = parsed(done.output)
  if (failed !== undefined) Object.assign(step, withError(failed))
  const text = event.taskSubmittedEventDetails?.output ?? done?.output ?? failed?.cause
  const started = text === undefined ? undefined : startedIn(text)
  if (started !== undefined) step.started ??= started
}

const withError = ({ error, cause }: { readonly error?: string | undefined; readonly cause?: string | undefined }) => ({
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
})

/** The id in what a task said of the work that it waits for; causes hold it as text within text. */
function startedIn(text: string): DetailedStep['started'] {
  const [, query] = /"QueryExecutionId\\*"\s*:\s*\\*"([\w-]+)/.exec(text) ?? []
  if (query !== undefined) return { kind: 'query', id: query }
  const [, job] = /"(?:JobRunId|Id)\\*"\s*:\s*\\*"(jr_[\w-]+)/.exec(text) ?? []
  return job === undefined ? undefined : { kind: 'job', id: job }
}

/** Tasks answer JSON; what is none stays text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
