import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionStatus,
  paginateGetExecutionHistory,
  paginateListStateMachines,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import type { Executions } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'

/** How an execution stands. Times are ms. */
export interface ExecutionState {
  readonly arn: string
  readonly name: string
  readonly status: ExecutionStatus
  readonly startedAt: number
  readonly stoppedAt?: number
  readonly input: unknown
  readonly output?: unknown
  readonly error?: string
  readonly cause?: string
}

/** A step of an execution: a state that was entered, and how it was left. Times are ms. */
export interface ExecutionStep {
  readonly state: string
  readonly enteredAt: number
  /** Absent while it is at work, and where it ended its execution. */
  readonly exitedAt?: number
}

/** Executions, asked of Step Functions. */
export class StepFunctionsExecutions implements Executions {
  readonly #client: SFNClient

  /** @param client @default one of the environment's region and credentials */
  constructor(client: SFNClient = new SFNClient({})) {
    this.#client = client
  }

  async isRunning(execution: string): Promise<boolean> {
    try {
      return (await this.describe(execution)).status === ExecutionStatus.RUNNING
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return false
      throw error
    }
  }

  /** Finds a state machine by its name. @throws Refusal where there is none */
  async machine(name: string): Promise<string> {
    for await (const { stateMachines } of paginateListStateMachines({ client: this.#client }, {})) {
      const arn = stateMachines?.find((machine) => machine.name === name)?.stateMachineArn
      if (arn !== undefined) return arn
    }
    throw new Refusal(`There is no state machine ${name}: deploy the stage first, or name another one with --stage.`)
  }

  /** Begins an execution. The same name and input once more begin nothing while it runs. @returns its ARN */
  async start(machine: string, name: string, input: unknown): Promise<string> {
    const { executionArn } = await this.#client.send(
      new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify(input) }),
    )
    if (executionArn === undefined) throw new Error(`Step Functions started ${name} without an ARN`)
    return executionArn
  }

  /** @throws ExecutionDoesNotExist where there is none by that ARN, or none any more (AWS keeps them 90 days) */
  async describe(execution: string): Promise<ExecutionState> {
    const told = await this.#client.send(new DescribeExecutionCommand({ executionArn: execution }))
    return {
      arn: execution,
      name: told.name ?? '',
      status: told.status ?? ExecutionStatus.RUNNING,
      startedAt: told.startDate?.getTime() ?? 0,
      ...(told.stopDate && { stoppedAt: told.stopDate.getTime() }),
      input: parsed(told.input),
      ...(told.output !== undefined && { output: parsed(told.output) }),
      ...(told.error !== undefined && { error: told.error }),
      ...(told.cause !== undefined && { cause: told.cause }),
    }
  }

  /** The states that it went through, in the order in which it entered them; those inside a Map, too. */
  async steps(execution: string): Promise<readonly ExecutionStep[]> {
    const steps: { state: string; enteredAt: number; exitedAt?: number }[] = []
    const pages = paginateGetExecutionHistory(
      { client: this.#client },
      { executionArn: execution, includeExecutionData: false },
    )
    for await (const { events } of pages) {
      for (const { timestamp, stateEnteredEventDetails: entered, stateExitedEventDetails: exited } of events ?? []) {
        const at = timestamp?.getTime() ?? 0
        if (entered?.name !== undefined) steps.push({ state: entered.name, enteredAt: at })
        const step = steps.findLast(({ state, exitedAt }) => state === exited?.name && exitedAt === undefined)
        if (step) step.exitedAt = at
      }
    }
    return steps
  }
}

const parsed = (json: string | undefined): unknown => (json === undefined ? undefined : JSON.parse(json))
