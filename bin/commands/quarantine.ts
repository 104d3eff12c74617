import { Command, InvalidArgumentError } from 'commander'
import { decoder, type SchemaOf } from '#adapters/avro/decode-records.ts'
import { readable } from '#adapters/avro/readable.ts'
import { registryClient } from '#adapters/schema-registry/client.ts'
import { registrySchemas } from '#adapters/schema-registry/registry-schemas.ts'
import { topics } from '#domain/events/events.ts'
import {
  parsePlace,
  type QuarantineAsked,
  type QuarantineCount,
  type QuarantinePlace,
  quarantineCountOf,
  quarantineRowOf,
  selectLanded,
  selectPlace,
  selectQuarantineCounts,
  selectQuarantined,
} from '#domain/lake/quarantine.ts'
import { type Held, judge } from '#domain/lake/release.ts'
import { dayBefore } from '#domain/lake/times.ts'
import { Refusal } from '#domain/refusal.ts'
import { isDate } from '#domain/tables/calendar-date.ts'
import { wholeNumber } from '../arguments.ts'
import { interrupts } from '../interrupts.ts'
import { inLakesWords } from '../lake-refusal.ts'
import { explainedJson, explainedText } from '../quarantine/explain-text.ts'
import { lakeOf, withBytes } from '../quarantine/held-records.ts'
import { release, releasedText } from '../quarantine/release-records.ts'
import { asking, connectionOf, namesIn, stageOption } from '../stage.ts'
import { countText, tableText } from '../table-text.ts'
import { openTerminal } from '../terminal.ts'

interface Filters {
  readonly topic?: string
  readonly code?: string
  readonly since?: string
  readonly stage: string
  readonly json?: boolean
}

/** Of records: topics, and what stands for one where something strange was on a delivery stream. */
const TOPICS = [...topics, 'firehose-bronze', 'firehose-quarantine']

/** How far back is looked where nobody says, days. */
const DAYS = 30

export const command = new Command('quarantine')
  .description('Records that could not land in the lake: what waits, why, and how it gets in after all.')
  .addHelpText(
    'after',
    `
Examples:
  lodestream quarantine list                                       how many wait, by topic and reason
  lodestream quarantine explain market_data_raw/1/42               one record, with its bytes and what to do
  lodestream quarantine release --code price_missing --dry-run     which would pass today
  lodestream quarantine release                                    land all that today's contracts accept`,
  )

const filtered = (name: string): Command =>
  new Command(name)
    .option('--topic <topic>', TOPICS.join(', '))
    .option('--code <code>', 'of the reason, such as price_not_positive')
    .option('--since <date>', `appended on that day or later (default: the last ${DAYS} days)`, day)
    .addOption(stageOption())

const list = filtered('list')
  .description('Counts what waits by topic and reason; what was released is left out.')
  .action(async (_options: unknown, self: Command) => {
    const options: Filters = self.optsWithGlobals()
    const asked = askedBy(options)
    const { sql, parameters } = selectQuarantineCounts(options.stage, asked)
    const rows = await reading(options.stage, (lake) => lake.query(sql, parameters))
    openTerminal(options).result(rows.map(quarantineCountOf), countsText)
  })

const explain = new Command('explain')
  .description('Shows one record: where and why it failed, its bytes, what its contract says of it today, what to do.')
  .argument('<place>', '<topic>/<partition>/<offset>, as list and release name it', place)
  .addOption(stageOption())
  .action(async (at: QuarantinePlace, _options: unknown, self: Command) => {
    const options: Filters = self.optsWithGlobals()
    const { stage } = options
    const connection = connectionOf(stage)
    const found = selectPlace(stage, at)
    const [row] = (await reading(stage, (lake) => lake.query(found.sql, found.parameters))).map(quarantineRowOf)
    if (row === undefined) {
      throw new Refusal(
        `Quarantine has no record ${at.topic}/${at.partition}/${BigInt(at.offset)}: lodestream quarantine list says what it has.`,
      )
    }
    const landed = selectLanded(stage, row)
    const [count] = await reading(stage, (lake) => lake.query(landed.sql, landed.parameters))
    const [held] = await asking('the bytes of a record', connection, () => withBytes([row], connection))
    const schemas = registrySchemas(registryClient(connection))
    const explained = {
      ...(await asking('schemas', connection, () => read(held, schemas))),
      landed: Number(count?.records ?? 0) > 0,
    }
    openTerminal(options).result(explainedJson(explained), () => explainedText(explained))
  })

const releasing = filtered('release')
  .description("Lands what today's contracts accept, each record at its own place; lists what they still refuse.")
  .argument('[place]', 'only this record: <topic>/<partition>/<offset>', place)
  .option('--limit <count>', 'look at no more than so many', wholeNumber(1), 10_000)
  .option('--dry-run', 'say what would be released, and deliver nothing')
  .action(async (at: QuarantinePlace | undefined, _options: unknown, self: Command) => {
    const options: Filters & { readonly limit: number; readonly dryRun?: boolean } = self.optsWithGlobals()
    const { stage, limit } = options
    if (at !== undefined && (options.topic ?? options.code ?? options.since) !== undefined) {
      throw new Refusal('A place names one record already: leave out --topic, --code and --since.')
    }
    const terminal = openTerminal(options)
    const connection = connectionOf(stage)
    const asked: QuarantineAsked = at === undefined ? askedBy(options) : { place: at }
    // One more than is looked at tells whether that is all.
    const { sql, parameters } = selectQuarantined(stage, asked, limit + 1)
    const rows = (await reading(stage, (lake) => lake.query(sql, parameters))).map(quarantineRowOf)
    if (at !== undefined && rows.length === 0) {
      throw new Refusal(
        `${at.topic}/${at.partition}/${BigInt(at.offset)} does not wait in quarantine: it was released, or was never there.`,
      )
    }
    const held = await asking('the bytes of records', connection, () => withBytes(rows.slice(0, limit), connection))
    const to = {
      fn: namesIn(stage).landing,
      connection,
      dryRun: options.dryRun === true,
      more: rows.length > limit,
    }
    const released = await release(held, to, (delivered) => {
      if (terminal.live) process.stderr.write(`\r\u001b[K${countText(delivered)} delivered`)
    })
    if (terminal.live) process.stderr.write('\r\u001b[K')
    terminal.result(released, releasedText)
  })

command.addCommand(list).addCommand(explain).addCommand(releasing)

/** What today's contract says of a record, and what its bytes say by themselves. */
async function read(held: Held | undefined, schemas: SchemaOf) {
  const [verdict] = held === undefined ? [] : await judge([held], decoder(schemas))
  if (verdict === undefined) throw new Error('a record that was found has no verdict')
  return { verdict, readable: await readable(verdict.value, schemas) }
}

/** Asks the lake of a stage; Ctrl-C stops the statement. */
async function reading<T>(stage: string, ask: (lake: ReturnType<typeof lakeOf>) => Promise<T>): Promise<T> {
  const connection = connectionOf(stage)
  using interrupted = interrupts()
  return await asking('quarantine', connection, () =>
    inLakesWords(() => ask(lakeOf(stage, connection, interrupted.signal))),
  )
}

function askedBy({ topic, code, since }: Filters): QuarantineAsked {
  if (topic !== undefined && !TOPICS.includes(topic)) {
    throw new Refusal(`There is no topic ${topic}: name one of ${TOPICS.join(', ')}.`)
  }
  return {
    since: since ?? dayBefore(Date.now(), DAYS),
    ...(topic !== undefined && { topic }),
    ...(code !== undefined && { code }),
  }
}

const countsText = (counts: readonly QuarantineCount[]): string => {
  if (counts.length === 0) return 'Nothing waits: every record has landed.'
  return tableText<QuarantineCount>(
    [
      { title: 'topic', of: ({ topic }) => topic },
      { title: 'code', of: ({ code }) => code },
      { title: 'records', align: 'right', of: ({ records }) => countText(records) },
      { title: 'oldest (UTC)', of: ({ oldest_at }) => minute(oldest_at) },
      { title: 'newest (UTC)', of: ({ newest_at }) => minute(newest_at) },
      { title: 'such as', of: ({ example }) => example },
    ],
    counts,
  )
}

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ')

function day(text: string): string {
  if (isDate(text)) return text
  throw new InvalidArgumentError('Write a day of the calendar as yyyy-mm-dd, such as 2026-11-20.')
}

function place(text: string): QuarantinePlace {
  const parsed = parsePlace(text)
  if (parsed !== undefined) return parsed
  throw new InvalidArgumentError('Write <topic>/<partition>/<offset>, such as market_data_raw/1/42.')
}
