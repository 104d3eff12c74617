import { Command, Option } from 'commander'
import { toJson } from '#domain/events/to-zod.ts'
import { Refusal } from '#domain/refusal.ts'
import { type FaultRates, FaultyRecords } from '#feeds/faults/faulty-records.ts'
import { paced, realClock, type Speed } from '#feeds/pace.ts'
import { duration, moment, names, share, speed, wholeNumber } from '../arguments.ts'
import { interrupts } from '../interrupts.ts'
import { type DestinationOptions, openDestination } from '../produce/destination.ts'
import { notesBetween, prose, showProgress, summed } from '../produce/progress.ts'
import { type Batch, publish } from '../produce/publish.ts'
import {
  faultRatesOf,
  refuseContradictions,
  type Source,
  type SourceKind,
  type SourceName,
  type SourceOptions,
  sources,
} from '../produce/source.ts'
import { stageOption } from '../stage.ts'
import { openTerminal } from '../terminal.ts'

interface Options extends SourceOptions, DestinationOptions {
  readonly source: SourceName
  readonly speed?: Speed
  readonly dryRun?: boolean
  readonly json?: boolean
}

const SHOWN_BY_DRY_RUN = 10

export const command = new Command('produce')
  .description('Sends events: recorded, simulated or live ones. Ctrl-C sends what was begun, then ends.')
  .addOption(
    new Option('--source <source>', 'where the events come from').choices(Object.keys(sources)).makeOptionMandatory(),
  )
  .addOption(
    new Option(
      '--speed <speed>',
      'own pace, a number for so many times it, or max (default: own; of daily bars max)',
    ).argParser(speed),
  )
  .option('--total-events <n>', 'end after so many records', wholeNumber(0))
  .option('--from <time>', 'events from then on; of a generated source up to now, unless told otherwise', moment)
  .option('--to <time>', 'events before then', moment)
  .option('--dry-run', `print the first ${SHOWN_BY_DRY_RUN} events as JSON and send nothing`)
  .optionsGroup('Where to:')
  .addOption(stageOption())
  .option('--queue-url <url>', 'queue of the stage (default: the one that its feeds use, on AWS)')
  .option('--kafka <host:port>', 'broker instead of a stage')
  .option('--iam', 'authenticate to the broker by IAM, as MSK asks')
  .optionsGroup('Faults:')
  .option(
    '--bad-data-rate <share>',
    'records that land in quarantine (default: 1% of a generated source, else 0)',
    share,
  )
  .option('--duplicate-rate <share>', 'records sent before, under the same id (default: 0)', share)
  .option('--late-rate <share>', 'records received 5 min to a day after they happened (default: 0)', share)
  .optionsGroup('Recorded and us-stocks-daily:')
  .option('--file <csv>', 'what to play (default: the one that the project ships)')
  .option('--symbol <symbol>', "whose trades a recording holds (default: what the file's name says)")
  .addOption(
    new Option('--at <times>', 'keep the recorded times (own, the default), or let them be of now').choices([
      'own',
      'now',
    ]),
  )
  .optionsGroup('Generated:')
  .option('--seed <n>', 'the same seed gives the same events and faults (default: 1)', wholeNumber(0))
  .option('--events-per-second <n>', 'all events together (default: 200; of customers 20)', wholeNumber(1))
  .option('--start <time>', 'when the first event happens (default: now)', moment)
  .option('--duration <time>', 'length of it all, such as 60s (default: until Ctrl-C)', duration)
  .option('--users <n>', 'of customers: how many sign up over the span, at no fixed rate', wholeNumber(1))
  .option('--symbols <names>', 'what trades, with commas between; of binance what is asked for', names)
  .option('--symbol-count <n>', 'how many symbols trade (default: 8)', wholeNumber(1))
  .option('--accounts <n>', 'how many accounts trade among the others (default: 6)', wholeNumber(0))
  .optionsGroup('Binance:')
  .option('--venue <url>', "where it answers (default: the platform's stand-in, where it has one, else Binance itself)")
  .addHelpText(
    'after',
    `
Rates are shares of all records, written 0.01 or 1%. What is acknowledged has landed in the end, or is quarantined.

Examples:
  lodestream produce --source recorded                          2,001 trades of BTCUSDT, in the 46 seconds that they took
  lodestream produce --source recorded --speed 10 --at now      ten times as fast, as if they began now
  lodestream produce --source recorded --file eth.csv --symbol ETHUSDT --speed max
  lodestream produce --source simulated                         eight symbols and six accounts until Ctrl-C
  lodestream produce --source simulated --seed 7 --symbol-count 20 --events-per-second 1000 --duration 60s
  lodestream produce --source simulated --total-events 1000000 --duplicate-rate 2% --speed max
  lodestream produce --source simulated --from 2026-01-05T00:00:00Z --to 2026-01-06T00:00:00Z --speed max
  lodestream produce --source customers                         sign-ups, visits, purchases, at the pace of life
  lodestream produce --source customers --users 1000 --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --speed max
  lodestream produce --source us-stocks-daily --at now          fourteen months of daily bars, up to the last trading day
  lodestream produce --source binance --symbols BTCUSDT,ETHUSDT what trades there now, until Ctrl-C
  lodestream produce --source simulated --stage dev             through the queue of a stage on AWS
  lodestream produce --source simulated --total-events 5 --dry-run`,
  )
  .action(async (_options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    refuseContradictions(options.source, options)
    const kind: SourceKind = sources[options.source]
    const rates = faultRatesOf(options.source, options)
    const pace = paceOf(kind, options)
    const source = await kind.open(options, Date.now())
    if (options.dryRun) return show(source.emissions, options.totalEvents)
    const terminal = openTerminal(options)
    const { title, encoderFor, sink } = await openDestination(options, kind.topics)
    terminal.note(`Sending ${source.title}${faultsText(rates)} to ${title}`)
    const note = notesBetween(terminal)
    using interrupted = interrupts()
    interrupted.signal.addEventListener('abort', () =>
      note('Sending what was begun; Ctrl-C again ends it at once, and then nobody knows what has arrived.'),
    )
    const records = new FaultyRecords(rates, options.seed ?? 1, encoderFor)
    const batches = batchesOf(source.emissions, pace, interrupted.signal, note)
    const begun = performance.now()
    let failure: unknown
    try {
      using _progress = showProgress(terminal, () => sink.tally, options.totalEvents)
      await publish(batches, (emissions, most) => records.of(emissions, most), sink, options.totalEvents)
    } catch (error) {
      failure = error
    } finally {
      await sink.close()
    }
    terminal.result(summed(sink.tally, records.counts, performance.now() - begun, interrupted.signal.aborted), prose)
    if (failure instanceof Refusal) {
      throw new Refusal(`${failure.message} What was not acknowledged may or may not have been written.`)
    }
    if (failure !== undefined) throw failure
  })

/** `, of it 1% bad and 2% duplicates`; nothing where all is well. */
function faultsText({ bad, duplicate, late }: FaultRates): string {
  const shares = Object.entries({ bad, duplicates: duplicate, late })
    .filter(([, rate]) => rate > 0)
    .map(([what, rate]) => `${Number((100 * rate).toFixed(3))}% ${what}`)
  return shares.length === 0 ? '' : `, of it ${new Intl.ListFormat('en-GB').format(shares)},`
}

/** @throws Refusal where a speed is asked of what comes by itself */
function paceOf({ speed = 1 }: SourceKind, options: Options): Speed {
  if (speed !== 'live') return options.speed ?? speed
  if (options.speed === undefined) return 1
  throw new Refusal(`--speed means nothing with --source ${options.source}: it comes as it happens.`)
}

const batchesOf = (
  emissions: Source['emissions'],
  speed: Speed,
  stop: AbortSignal,
  note: (line: string) => void,
): AsyncIterable<Batch> =>
  typeof emissions === 'function' ? emissions(stop, note) : paced(emissions, speed, realClock, stop)

async function show(emissions: Source['emissions'], most = SHOWN_BY_DRY_RUN): Promise<void> {
  const stop = new AbortController()
  let left = Math.min(most, SHOWN_BY_DRY_RUN)
  const ignore = () => undefined
  for await (const batch of batchesOf(emissions, 'max', stop.signal, ignore)) {
    for (const emission of batch.filter((one) => 'event' in one).slice(0, left)) {
      const { definition, event } = emission
      process.stdout.write(
        `${JSON.stringify({ topic: definition.topic, key: event[definition.key], event: toJson(event) })}\n`,
      )
      left -= 1
    }
    if (left === 0) break
  }
  stop.abort()
}
