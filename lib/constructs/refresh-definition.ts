import { catching, type Definition, given, jsonata, retryingLambda, type State } from './states.ts'

/** What the states of a refresh work with. */
export interface RefreshParts {
  /** Of the ARNs: `aws`. */
  readonly partition: string
  /** ARNs of the functions, and of the state machine that refreshes one table. */
  readonly planner: string
  readonly migrations: string
  readonly tableRefresh: string
  /** Tables at once. */
  readonly concurrency: number
}

/** Longer than the functions may run. */
const FUNCTION_SECONDS = 15 * 60

/** Why a table's execution failed: its own cause is a sentence, inside what Step Functions says of it. */
const CHILD_CAUSE = `$contains($states.errorOutput.Cause, '"Cause":')
  ? $parse($states.errorOutput.Cause).Cause : $states.errorOutput.Cause`

/** All results of a wave in one list; each is a list of one table's days. */
const FLAT = '$reduce($states.result, function($all, $some) { $append($all, $some) }, [])'

/** Plans waves of tables and days, refreshes them, and says which failed: a failure skips what is downstream of it only. */
export function refreshDefinition({
  partition,
  planner,
  migrations,
  tableRefresh,
  concurrency,
}: RefreshParts): Definition {
  const invoke = (comment: string, fn: string, payload: object, rest: object): State => ({
    Type: 'Task',
    Comment: comment,
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Arguments: { FunctionName: fn, Payload: payload },
    TimeoutSeconds: FUNCTION_SECONDS,
    Retry: [retryingLambda],
    Catch: catching('FailEarly'),
    ...rest,
  })
  return {
    Comment: 'Refreshes tables over days: those that are named, or those for which something new has landed.',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Comment: 'Names what later states remember',
        Assign: { waves: [], wave: 0, broken: [], outcomes: [], error: '', cause: '' },
        Next: 'Migrate',
      },
      Migrate: invoke('Brings published tables to what the files say', migrations, {}, { Next: 'Plan' }),
      Plan: invoke(
        'Finds which tables and days to refresh, and in which order',
        planner,
        {
          do: 'plan_many',
          run: jsonata('$states.context.Execution.Name'),
          schedule: given('schedule'),
          tables: given('tables'),
          dates: given('dates'),
          since: given('since'),
        },
        { Assign: { waves: jsonata('[$states.result.Payload.waves]') }, Next: 'IsWaveLeft' },
      ),
      IsWaveLeft: {
        Type: 'Choice',
        Comment: 'A wave reads only what earlier ones have published',
        Choices: [{ Condition: jsonata('$wave < $count($waves)'), Next: 'RefreshWave' }],
        Default: 'Sweep',
      },
      RefreshWave: {
        Type: 'Map',
        Comment: 'Its tables side by side',
        Items: jsonata('[$waves[$wave].tables]'),
        MaxConcurrency: concurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'RefreshDays',
          States: { RefreshDays: refreshDays(partition, tableRefresh) },
        },
        Assign: {
          wave: jsonata('$wave + 1'),
          broken: jsonata(`[$append($broken, (${FLAT})[outcome != 'done'].name)]`),
          outcomes: jsonata(`[$append($outcomes, ${FLAT})]`),
        },
        Next: 'IsWaveLeft',
      },
      Sweep: invoke('Drops what dead runs left behind', planner, { do: 'sweep' }, { Next: 'Conclude' }),
      Conclude: invoke(
        'Says what became of it all, in a sentence',
        planner,
        { do: 'conclude', outcomes: jsonata('$outcomes') },
        { Output: jsonata('$states.result.Payload'), Next: 'IsWhole' },
      ),
      IsWhole: {
        Type: 'Choice',
        Comment: 'One table that failed fails the whole, so that somebody is told',
        Choices: [{ Condition: jsonata('$states.input.failed > 0'), Next: 'Fail' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed', Comment: 'Everything is as fresh as what has landed' },
      Fail: {
        Type: 'Fail',
        Comment: 'The cause names them',
        Error: 'TablesFailed',
        Cause: jsonata('$states.input.says'),
      },
      FailEarly: {
        Type: 'Fail',
        Comment: 'A function failed; the cause is its own sentence',
        Error: jsonata("$replace($error, 'States.', '')"),
        Cause: jsonata(`$contains($cause, '"errorMessage"') ? $parse($cause).errorMessage : $cause`),
      },
    },
  }
}

/** One table's days, one after the other: they share its lease. */
function refreshDays(partition: string, tableRefresh: string): State {
  const outcome = (of: string, cause = '') =>
    jsonata(`{ 'name': $states.input.name, 'what': $states.input.what, 'outcome': '${of}'${cause} }`)
  return {
    Type: 'Map',
    Comment: 'Its days one after the other',
    Items: jsonata('[$states.input.runs]'),
    MaxConcurrency: 1,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: 'IsUpstreamWhole',
      States: {
        IsUpstreamWhole: {
          Type: 'Choice',
          Comment: 'What reads a table that failed would publish old values as new',
          Choices: [{ Condition: jsonata('$count($states.input.needs[$ in $broken]) > 0'), Next: 'Skip' }],
          Default: 'RefreshTable',
        },
        Skip: { Type: 'Pass', Comment: 'Left as it was', Output: outcome('skipped'), End: true },
        RefreshTable: {
          Type: 'Task',
          Comment: 'Plan, build, check, publish: an execution of its own, which can be rerun by itself',
          Resource: `arn:${partition}:states:::states:startExecution.sync:2`,
          Arguments: {
            StateMachineArn: tableRefresh,
            Name: jsonata('$states.input.name'),
            Input: jsonata('$states.input.input'),
          },
          Output: outcome('done'),
          Catch: [
            {
              ErrorEquals: ['States.ALL'],
              Output: outcome('failed', `, 'cause': ${CHILD_CAUSE}`),
              Next: 'GoOn',
            },
          ],
          End: true,
        },
        GoOn: { Type: 'Pass', Comment: 'Others do not depend on it', End: true },
      },
    },
    End: true,
  }
}
