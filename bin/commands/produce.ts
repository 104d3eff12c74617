import { Command, Option } from 'commander'
import { KafkaProducer } from '#adapters/kafka/producer.ts'
import { topics } from '#domain/events/events.ts'
import { toJson } from '#domain/events/to-zod.ts'
import { Refusal } from '#domain/refusal.ts'
import type { Emission } from '#feeds/emission.ts'
import type { Speed } from '#feeds/pace.ts'
import { endpoints } from '#local/state.ts'
import { duration, moment, names, speed, wholeNumber } from '../arguments.ts'
import { interrupts } from '../interrupts.ts'
import { prose, showProgress, summed } from '../produce/progress.ts'
import { publish } from '../produce/publish.ts'
import { openSource, type SourceOptions } from '../produce/source.ts'
import { encodersBeside } from '../schema-registry.ts'
import { openTerminal } from '../terminal.ts'

interface Options extends SourceOptions {
  readonly speed: Speed
  readonly kafka?: string
  readonly iam?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

const SHOWN_BY_DRY_RUN = 10

export const command = new Command('produce')
  .description('Sends trades to Kafka: a recording, or a simulated market. Ctrl-C sends what was begun, then ends.')
  .addOption(
    new Option('--source <source>', 'where the trades come from')
      .choices(['recorded', 'simulated'])
      .makeOptionMandatory(),
  )
  .addOption(
    new Option('--speed <speed>', 'own pace, a number for so many times it, or max').argParser(speed).default(1, 'own'),
  )
  .option('--kafka <host:port>', 'broker (default: the one that lodestream up started)')
  .option('--iam', 'authenticate to the broker by IAM, as MSK asks')
  .option('--dry-run', `print the first ${SHOWN_BY_DRY_RUN} events as JSON and send nothing`)
  .optionsGroup('Recorded:')
  .option('--file <csv>', 'recording to play (default: the one that the project ships)')
  .option('--symbol <symbol>', "whose trades they are (default: what the file's name says)")
  .addOption(
    new Option('--at <times>', 'keep the recorded times (own, the default), or let the first trade happen now').choices(
      ['own', 'now'],
    ),
  )
  .optionsGroup('Simulated:')
  .option('--seed <n>', 'which market: the same seed gives the same events (default: 1)', wholeNumber(0))
  .option('--symbols <names>', 'what trades, with commas between', names)
  .option('--symbol-count <n>', 'how many symbols trade (default: 8)', wholeNumber(1))
  .option('--accounts <n>', 'how many accounts trade among the others (default: 6)', wholeNumber(0))
  .option('--events-per-second <n>', 'ticks and fills together (default: 200)', wholeNumber(1))
  .option('--start <time>', 'when the first event happens (default: now)', moment)
  .option('--duration <time>', 'length of the market, such as 60s (default: until Ctrl-C)', duration)
  .option('--total-events <n>', 'end after so many events', wholeNumber(0))
  .addHelpText(
    'after',
    `
Examples:
  lodestream produce --source recorded                          2,001 trades of BTCUSDT, in the 46 seconds that they took
  lodestream produce --source recorded --speed 10 --at now      ten times as fast, as if they began now
  lodestream produce --source recorded --file eth.csv --symbol ETHUSDT --speed max
  lodestream produce --source simulated                         eight symbols and six accounts until Ctrl-C
  lodestream produce --source simulated --seed 7 --symbol-count 20 --events-per-second 1000 --duration 60s
  lodestream produce --source simulated --total-events 5 --dry-run`,
  )
  .action(async (_options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    const source = await openSource(options, Date.now())
    if (options.dryRun) return show(source.emissions)
    const terminal = openTerminal(options)
    const bootstrap = options.kafka ?? endpoints().kafka
    const encoderFor = await encodersBeside(options.kafka)
    const producer = await KafkaProducer.open({ bootstrap, iam: options.iam === true }, topics)
    terminal.note(`Sending ${source.title} to ${bootstrap}`)
    using interrupted = interrupts()
    const begun = performance.now()
    let failure: unknown
    try {
      using _progress = showProgress(terminal, () => producer.tally)
      await publish(source.emissions, options.speed, producer, interrupted.signal, encoderFor)
    } catch (error) {
      failure = error
    } finally {
      await producer.close()
    }
    terminal.result(summed(producer.tally, performance.now() - begun, interrupted.signal.aborted), prose)
    if (failure instanceof Refusal) {
      throw new Refusal(`${failure.message} What was not acknowledged may or may not have been written.`)
    }
    if (failure !== undefined) throw failure
  })

function show(emissions: Iterable<Emission>): void {
  let shown = 0
  for (const { definition, event } of emissions) {
    process.stdout.write(
      `${JSON.stringify({ topic: definition.topic, key: event[definition.key], event: toJson(event) })}\n`,
    )
    shown += 1
    if (shown === SHOWN_BY_DRY_RUN) return
  }
}
