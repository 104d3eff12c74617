import { Command } from 'commander'
import { athenaClient, reportedQuery } from '#adapters/athena/reported-query.ts'
import { interrupts } from '../interrupts.ts'
import { inLakesWords } from '../lake-refusal.ts'
import { answerCsv, answerTable, bytesText } from '../query/answer-text.ts'
import { statementOf } from '../query/statement.ts'
import { asking, connectionOf, namesIn, stageOption } from '../stage.ts'
import { counted, secondsText } from '../table-text.ts'
import { openTerminal } from '../terminal.ts'

interface Options {
  readonly stage: string
  readonly workgroup?: string
  readonly write?: boolean
  readonly json?: boolean
}

export const command = new Command('query')
  .description('Asks the lake in SQL, through Athena: aligned for a person, CSV in a pipe, JSON with --json.')
  .argument('<sql>', 'one statement; tables as bronze.events, silver.ticks, gold.ohlc_daily, ops.runs')
  .addOption(stageOption())
  .option('--workgroup <name>', 'where it runs (default: lodestream-<stage>-analysts)')
  .option('--write', 'let through what does not only read')
  .addHelpText(
    'after',
    `
A table of a layer is the stage's own: gold.ohlc_daily is "lodestream_<stage>_gold"."ohlc_daily". Names of columns that SQL
keeps for itself need quotes: "partition", "offset", "value". What it read and how long it took stands on standard error.

Examples:
  lodestream query "select * from gold.ohlc_daily order by trade_date desc limit 10"
  lodestream query "select event_type, count(*) from bronze.events where ingest_date = current_date group by 1"
  lodestream query "select * from gold.latest_price" > prices.csv
  lodestream query "select count(*) as n from silver.ticks" --json | jq -r '.rows[0].n'`,
  )
  .action(async (sql: string, _options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    const statement = statementOf(sql, options.stage, options.write === true)
    const terminal = openTerminal(options)
    const connection = connectionOf(options.stage)
    const client = athenaClient(connection)
    using interrupted = interrupts()
    const settings = { workgroup: options.workgroup ?? namesIn(options.stage).queries, signal: interrupted.signal }
    const answer = await asking('an answer of Athena', connection, () =>
      inLakesWords(() => reportedQuery(client, settings, statement)),
    )
    const { id, columns, rows, scannedBytes, elapsed } = answer
    terminal.note(
      `${counted(rows.length, 'row')} in ${secondsText(elapsed)}, ${bytesText(scannedBytes)} read, query ${id}`,
    )
    if (columns.length === 0 && !terminal.json) return
    terminal.result(
      { columns, rows: rows.map(withNulls), query_id: id, scanned_bytes: scannedBytes, seconds: elapsed / 1000 },
      () => (process.stdout.isTTY ? answerTable(answer) : answerCsv(answer)),
    )
  })

const withNulls = (row: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null]))
