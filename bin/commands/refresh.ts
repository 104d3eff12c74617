import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Command } from 'commander'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { sfnClient } from '#adapters/stepfunctions/execution-history.ts'
import { StepFunctionsExecutions } from '#adapters/stepfunctions/executions.ts'
import { RefreshRuns } from '#adapters/stepfunctions/refresh-runs.ts'
import { repository } from '#local/state.ts'
import { names } from '../arguments.ts'
import { interrupts } from '../interrupts.ts'
import { dryPlans, plansText } from '../refresh/dry-run.ts'
import { follow } from '../refresh/follow.ts'
import { type Asked, type RefreshInput, scopeOf } from '../refresh/scope.ts'
import { headline, tableRunsText, wholeRunJson } from '../runs/table-runs.ts'
import { asking, connectionOf, namesIn, stageOption } from '../stage.ts'
import { hasColour, openTerminal } from '../terminal.ts'

interface Options extends Asked {
  readonly stage: string
  readonly dryRun?: boolean
  readonly wait: boolean
  readonly json?: boolean
}

export const command = new Command('refresh')
  .description(
    'Refreshes tables of the lake for days, each by a candidate, checks and one commit, and shows how it goes.',
  )
  .option('--date <days>', 'which days, with commas between (default: those for which something new has landed)', names)
  .option('--tables <names>', 'only these, with commas between (default: all, or those of the schedule)', names)
  .option('--schedule <name>', 'only the tables of that schedule, and what they read')
  .option('--dry-run', 'print every statement that would run, and touch nothing')
  .option('--no-wait', 'begin, and end at once')
  .addOption(stageOption())
  .addHelpText(
    'after',
    `
A day that has not changed is checked, and nothing is published. Ctrl-C stops the watching, not the run. The same can be
begun in the console of Step Functions, with the input {"dates":["2026-11-20"]}.

Examples:
  lodestream refresh --date 2026-11-20                            one day of every table that has events on it
  lodestream refresh --date 2026-11-20,2026-11-21 --tables gold.ohlc_daily
  lodestream refresh                                              whatever new records have touched
  lodestream refresh --date 2026-11-20 --dry-run > plan.sql       the statements
  lodestream refresh --schedule market_close --stage prod --no-wait`,
  )
  .action(async (_options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    const { tables, input } = scopeOf(options, loadTables(join(repository, 'sql')), Date.now())
    const terminal = openTerminal(options)
    if (options.dryRun) {
      terminal.result(dryPlans(options.stage, tables, input.dates ?? []), plansText)
      return
    }
    await refresh(options, input)
  })

async function refresh(options: Options, input: RefreshInput): Promise<void> {
  const terminal = openTerminal(options)
  const connection = connectionOf(options.stage)
  const client = sfnClient(connection)
  const machines = namesIn(options.stage)
  const run = runId(Date.now())
  using interrupted = interrupts()
  await asking('a refresh', connection, async () => {
    const executions = new StepFunctionsExecutions(client)
    const runs = new RefreshRuns(client, await executions.machine(machines.tableRefresh))
    const execution = await executions.start(await executions.machine(machines.refresh), run, input)
    const later = `lodestream runs ${run}${options.stage === 'local' ? '' : ` --stage ${options.stage}`}`
    terminal.note(`Run ${run} has begun`)
    if (!options.wait) {
      terminal.result({ run, execution }, () => `It goes on by itself: ${later} shows how it stands.`)
      return
    }
    const whole = await follow(runs, execution, terminal, interrupted.signal)
    const now = Date.now()
    if (whole.status === 'RUNNING') terminal.note(`The run goes on by itself: ${later} shows how it stands.`)
    terminal.result(wholeRunJson(whole, now), () =>
      [
        ...(whole.tables.length > 0 ? [tableRunsText(whole.tables, now, hasColour(process.stdout)), ''] : []),
        headline(whole, now),
        ...(whole.status !== 'RUNNING' && whole.status !== 'SUCCEEDED' && whole.tables.length === 0 && whole.says
          ? [whole.says]
          : []),
      ].join('\n'),
    )
    if (whole.status !== 'RUNNING' && whole.status !== 'SUCCEEDED') process.exitCode = 1
  })
}

/** Sorts by time, and differs from one begun in the same second: `20261121T120301-3f2a`. @param now ms */
const runId = (now: number): string =>
  `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(2).toString('hex')}`
