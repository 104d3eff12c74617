import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { clientSettings } from '#adapters/aws/connection.ts'
import { eventually } from '#local/process.ts'
import { endpoints } from '#local/state.ts'
import { home } from './platform.ts'

const MACHINES = 'arn:aws:states:us-east-1:000000000000:stateMachine:lodestream-local'

let client: SFNClient | undefined
const stepFunctions = (): SFNClient => {
  client ??= new SFNClient(clientSettings({ endpoint: endpoints(home()).aws }))
  return client
}

/** Starts a state machine as the console does: with nothing but an input. @returns the execution */
export async function start(machine: 'refresh' | 'table-refresh', input: object): Promise<string> {
  const command = new StartExecutionCommand({
    stateMachineArn: `${MACHINES}-${machine}`,
    input: JSON.stringify(input),
  })
  return (await stepFunctions().send(command)).executionArn ?? ''
}

/** Waits for its end. @param within ms */
export async function ended(execution: string, within = 240_000): Promise<DescribeExecutionOutput> {
  const describe = () => stepFunctions().send(new DescribeExecutionCommand({ executionArn: execution }))
  await eventually(async () => (await describe()).status !== 'RUNNING', within)
  return describe()
}

/** Ends it from outside: no state of it runs any more, not even those that clean up. */
export async function stop(execution: string): Promise<void> {
  await stepFunctions().send(new StopExecutionCommand({ executionArn: execution }))
}

/** Waits until it has entered a state. @returns whether it did before it ended */
export async function entered(execution: string, state: string, within = 120_000): Promise<boolean> {
  const command = new GetExecutionHistoryCommand({ executionArn: execution, maxResults: 1_000 })
  let has = false
  await eventually(async () => {
    const { events = [] } = await stepFunctions().send(command)
    has = events.some(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === state)
    return has || events.some(({ type }) => /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(type ?? ''))
  }, within)
  return has
}
