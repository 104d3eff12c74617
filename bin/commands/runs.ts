import { Command } from 'commander'
import { sfnClient } from '#adapters/stepfunctions/execution-history.ts'
import { StepFunctionsExecutions } from '#adapters/stepfunctions/executions.ts'
import { recentRuns, tablesOfRun } from '#adapters/stepfunctions/recent-runs.ts'
import { RefreshRuns, type WholeRun } from '#adapters/stepfunctions/refresh-runs.ts'
import { Refusal } from '#domain/refusal.ts'
import { wholeNumber } from '../arguments.ts'
import { recentText, type SteppedRun, steppedText, stepsJson, whatText } from '../runs/run-text.ts'
import { headline, tableRunJson, wholeRunJson } from '../runs/table-runs.ts'
import { asking, connectionOf, namesIn, stageOption } from '../stage.ts'
import { hasColour, openTerminal, type Terminal } from '../terminal.ts'

interface Options {
  readonly stage: string
  readonly failed?: boolean
  readonly limit: number
  readonly json?: boolean
}

export const command = new Command('runs')
  .description('Shows what was refreshed: when, how long it took, what came of it, and why it failed.')
  .argument('[run]', 'show this one with every table and step (default: list the newest)')
  .addOption(stageOption())
  .option('--failed', 'only those that failed')
  .option('-n, --limit <count>', 'at most so many', wholeNumber(1), 10)
  .addHelpText(
    'after',
    `
Examples:
  lodestream runs                              what ran last
  lodestream runs --failed --stage prod        what failed, and why in a sentence
  lodestream runs 20261121T120301-3f2a         every table and step of one run, with the ids of its queries
  lodestream runs --json | jq '.[0].says'`,
  )
  .action(async (run: string | undefined, _options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    if (run !== undefined && !/^[\w.-]{1,80}$/.test(run)) {
      throw new Refusal(`${run} names no run: take one of the list that lodestream runs shows.`)
    }
    const terminal = openTerminal(options)
    const connection = connectionOf(options.stage)
    const client = sfnClient(connection)
    const names = namesIn(options.stage)
    await asking('the runs', connection, async () => {
      const executions = new StepFunctionsExecutions(client)
      const [refresh, tableRefresh] = await Promise.all([
        executions.machine(names.refresh),
        executions.machine(names.tableRefresh),
      ])
      if (run !== undefined) {
        await showOne(terminal, run, await find(run))
        return
      }
      const listed = await recentRuns(
        client,
        { refresh, tableRefresh },
        { most: options.limit, failed: options.failed === true },
      )
      const now = Date.now()
      terminal.result(
        listed.map(({ startedAt, stoppedAt, tables, ...rest }) => ({
          ...rest,
          started_at: new Date(startedAt).toISOString(),
          seconds: ((stoppedAt ?? now) - startedAt) / 1000,
          what: whatText({ tables }),
          says: rest.says ?? null,
        })),
        () => (listed.length > 0 ? recentText(listed, now, hasColour(process.stdout)) : none(options.failed === true)),
      )

      async function find(name: string): Promise<{ whole?: WholeRun; tables: readonly SteppedRun[] }> {
        const runs = new RefreshRuns(client, tableRefresh)
        const whole = await runs.wholeIfThere(`${refresh.replace(':stateMachine:', ':execution:')}:${name}`)
        const tables =
          whole === undefined
            ? await Promise.all((await tablesOfRun(client, tableRefresh, name)).map((listed) => runs.table(listed)))
            : whole.tables
        if (whole === undefined && tables.length === 0) {
          throw new Refusal(`There is no run ${name} in stage ${options.stage}: lodestream runs lists the newest.`)
        }
        const stepped = await Promise.all(
          tables.map(async (table) => ({
            table,
            steps: table.execution === undefined ? [] : await runs.steps(table.execution),
          })),
        )
        return { tables: stepped, ...(whole && { whole }) }
      }
    })
  })

async function showOne(
  terminal: Terminal,
  run: string,
  { whole, tables }: { readonly whole?: WholeRun; readonly tables: readonly SteppedRun[] },
): Promise<void> {
  const now = Date.now()
  const colour = hasColour(process.stdout)
  const stepped = tables.map(({ table, steps }) => ({
    ...tableRunJson(table, now),
    warnings: table.warnings ?? [],
    steps: stepsJson(steps, table.stoppedAt ?? now),
  }))
  const head = whole === undefined ? { run } : wholeRunJson(whole, now)
  terminal.result({ ...head, tables: stepped }, () =>
    [
      ...(whole === undefined ? [] : [headline(whole, now), ...(whole.says ? [whole.says] : []), '']),
      ...tables.map((table) => steppedText(table, now, colour)),
    ].join('\n'),
  )
}

const none = (failed: boolean): string =>
  failed ? 'No run has failed.' : 'Nothing has run yet: lodestream refresh --date <yyyy-mm-dd>'
