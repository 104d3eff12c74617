import { catching, type Definition, given, jsonata, retryingLambda, type State } from './states.ts'

/** What the states of a table's refresh work with. */
export interface TableRefreshParts {
  /** Of the ARNs: `aws`. */
  readonly partition: string
  /** ARNs of the functions. */
  readonly planner: string
  readonly migrations: string
  /** Its name. */
  readonly workgroup: string
  /** Between two tries for a table that another run holds, and how long to go on trying, seconds. */
  readonly leasePause: number
  readonly patience: number
}

/** How long a statement may run: Athena ends it after half an hour by itself. */
const STATEMENT_SECONDS = 35 * 60
/** How long the silver job may run. */
const JOB_SECONDS = 60 * 60
/** Longer than the functions may run. */
const FUNCTION_SECONDS = 5 * 60
/** Times that a publish is tried again where another commit to the table came first. */
const CONFLICTS = 5

/** Where the state machine's run stands, told to the planner with every verb. */
const RUN = {
  table: given('table'),
  date: given('date'),
  name: jsonata('$states.context.Execution.Name'),
  execution: jsonata('$states.context.Execution.Id'),
} as const

/** Plan ▶ Build ▶ Check ▶ Publish ▶ Drop ▶ Record. Where a step fails, readers keep the table as it was. */
export function tableRefreshDefinition(parts: TableRefreshParts): Definition {
  const { partition, planner, migrations, workgroup } = parts
  const task = (resource: string, comment: string, seconds: number, rest: object): State => ({
    Type: 'Task',
    Comment: comment,
    Resource: `arn:${partition}:states:::${resource}`,
    TimeoutSeconds: seconds,
    ...rest,
  })
  const invoke = (comment: string, fn: string, payload: object, rest: object): State =>
    task('lambda:invoke', comment, FUNCTION_SECONDS, { Arguments: { FunctionName: fn, Payload: payload }, ...rest })
  const run = (comment: string, sql: string, rest: object): State =>
    task('athena:startQueryExecution.sync', comment, STATEMENT_SECONDS, {
      Arguments: { QueryString: jsonata(sql), WorkGroup: workgroup },
      ...rest,
    })
  const finish = (outcome: string) => ({
    do: 'finish',
    ...RUN,
    started_at: jsonata('$states.context.Execution.StartTime'),
    checks: jsonata('$checks'),
    source_rows: jsonata('$exists($plan.source_rows) ? $plan.source_rows : null'),
    outcome,
  })
  return {
    Comment: 'Refreshes one table for one day: a candidate is built, checked, and published in one commit.',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Comment: 'Names what later states remember',
        Assign: { plan: {}, checks: [], conflicts: 0, error: '', cause: '' },
        Next: 'Migrate',
      },
      Migrate: invoke(
        'Brings published tables to what the files say',
        migrations,
        {},
        {
          Retry: [retryingLambda],
          Catch: catching('RecordFailure'),
          Next: 'Plan',
        },
      ),
      Plan: invoke(
        'Takes the table, and writes all statements of this run',
        planner,
        { do: 'plan', ...RUN },
        {
          Assign: { plan: jsonata('$states.result.Payload') },
          Retry: [
            {
              ErrorEquals: ['LeaseHeld'],
              IntervalSeconds: parts.leasePause,
              BackoffRate: 1,
              MaxAttempts: Math.floor(parts.patience / parts.leasePause),
            },
            retryingLambda,
          ],
          Catch: catching('RecordFailure'),
          Next: 'ChooseBuilder',
        },
      ),
      ChooseBuilder: {
        Type: 'Choice',
        Comment: 'Silver is built by Spark, everything else by a select',
        Choices: [{ Condition: jsonata("$plan.build.kind = 'glue'"), Next: 'BuildBySpark' }],
        Default: 'BuildBySelect',
      },
      BuildBySpark: task('glue:startJobRun.sync', 'Builds the candidate from bronze', JOB_SECONDS, {
        Arguments: { JobName: jsonata('$plan.build.job'), Arguments: jsonata('$plan.build.arguments') },
        Catch: catching('DropFailedCandidate'),
        Next: 'Check',
      }),
      BuildBySelect: run('Builds the candidate', '$plan.build.sql', {
        Catch: catching('DropFailedCandidate'),
        Next: 'Check',
      }),
      Check: run('Counts the rows that break a rule, and those that would change', '$plan.check', {
        Catch: catching('DropFailedCandidate'),
        Next: 'ReadCheck',
      }),
      ReadCheck: task('athena:getQueryResults', 'Reads what the check found', FUNCTION_SECONDS, {
        Arguments: { QueryExecutionId: jsonata('$states.input.QueryExecution.QueryExecutionId') },
        Assign: { checks: jsonata(FOUND) },
        Catch: catching('DropFailedCandidate'),
        Next: 'Judge',
      }),
      Judge: {
        Type: 'Choice',
        Comment: 'A broken rule that blocks ends the run; where nothing differs there is nothing to publish',
        Choices: [
          { Condition: jsonata("$count($checks[severity = 'block']) > 0"), Next: 'Reject' },
          { Condition: jsonata("$sum($checks[severity = 'change'].rows) > 0"), Next: 'Publish' },
        ],
        Default: 'DropUnchanged',
      },
      Reject: {
        Type: 'Pass',
        Comment: 'Nothing of this candidate is published',
        Assign: { error: 'CheckFailed' },
        Next: 'DropFailedCandidate',
      },
      Publish: run('Inserts, updates and deletes in one commit', '$plan.publish', {
        Catch: catching('JudgeConflict'),
        Next: 'Drop',
      }),
      JudgeConflict: {
        Type: 'Choice',
        Comment: 'Where another commit came first, nothing was written, and the same statement heals it',
        Choices: [
          {
            Condition: jsonata(`$conflicts < ${CONFLICTS} and $contains($cause, 'ICEBERG_COMMIT_ERROR')`),
            Next: 'AwaitTurn',
          },
        ],
        Default: 'DropFailedCandidate',
      },
      AwaitTurn: {
        Type: 'Wait',
        Comment: 'Some seconds, not the same for everybody',
        Seconds: jsonata('1 + $floor($random() * 4)'),
        Assign: { conflicts: jsonata('$conflicts + 1') },
        Next: 'Publish',
      },
      // What cannot be dropped is swept later; the table is published all the same.
      Drop: run('Drops the candidate', '$plan.drop', {
        Catch: catching('RecordPublished'),
        Next: 'RecordPublished',
      }),
      DropUnchanged: run('Drops the candidate', '$plan.drop', {
        Catch: catching('RecordUnchanged'),
        Next: 'RecordUnchanged',
      }),
      RecordPublished: invoke('Writes what changed, and gives the table free', planner, finish('published'), {
        Output: jsonata('$states.result.Payload'),
        Retry: [retryingLambda],
        Catch: catching('FailUnrecorded'),
        Next: 'Done',
      }),
      RecordUnchanged: invoke('Writes that nothing changed, and gives the table free', planner, finish('unchanged'), {
        Output: jsonata('$states.result.Payload'),
        Retry: [retryingLambda],
        Catch: catching('FailUnrecorded'),
        Next: 'Done',
      }),
      Done: { Type: 'Succeed', Comment: 'The record says what changed' },
      // An error here would hide the first one: it stays the one that is told.
      DropFailedCandidate: run('Drops what the failed run left', '$plan.drop', {
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'RecordFailure' }],
        Next: 'RecordFailure',
      }),
      RecordFailure: invoke(
        'Writes why it failed, in a sentence, and gives the table free',
        planner,
        { ...finish('failed'), error: jsonata('$error'), cause: jsonata('$cause') },
        {
          Output: jsonata('$states.result.Payload'),
          Retry: [retryingLambda],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'FailUnrecorded' }],
          Next: 'Fail',
        },
      ),
      Fail: {
        Type: 'Fail',
        Comment: 'Readers keep the table as it was',
        Error: jsonata('$states.input.error'),
        Cause: jsonata('$states.input.says'),
      },
      FailUnrecorded: {
        Type: 'Fail',
        Comment: 'The record could not be written; the next run takes the table over',
        Error: jsonata("$replace($error, 'States.', '')"),
        Cause: jsonata('$cause'),
      },
    },
  }
}

/** The rows of the check's answer as objects; the first row of an answer repeats the columns' names. */
const FOUND = `[$states.result.ResultSet.Rows[Data[1].VarCharValue != 'severity'].{
  'rule': Data[0].VarCharValue, 'severity': Data[1].VarCharValue, 'rows': $number(Data[2].VarCharValue)
}]`
