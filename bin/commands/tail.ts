import { Command, InvalidArgumentError } from 'commander'
import type { LogSettings } from '#adapters/event-logs/log-settings.ts'
import { topics } from '#domain/events/events.ts'
import { endpoints } from '#local/state.ts'
import { wholeNumber } from '../arguments.ts'
import { interrupts } from '../interrupts.ts'
import { decoderBeside } from '../schema-registry.ts'
import type { From } from '../tail/from.ts'
import { recordsOfTopic } from '../tail/kafka-flow.ts'
import { recordsOfStream } from '../tail/kinesis-flow.ts'
import { decoded, toJsonLine, toText } from '../tail/lines.ts'
import { hasColour, openTerminal } from '../terminal.ts'

interface Options {
  readonly from: From
  readonly n?: number
  readonly kafka?: string
  readonly iam?: boolean
  readonly json?: boolean
}

export const command = new Command('tail')
  .description('Shows the events of a topic as they flow, decoded; records that no contract accepts with their reason.')
  .argument('<topic>', topics.join(' or '))
  .option('--from <where>', 'earliest, latest, or -N for the last N records', from, 'latest')
  .option('-n <count>', 'end after so many records (default: go on until Ctrl-C)', wholeNumber(1))
  .option('--kafka <host:port>', 'broker (default: the one that lodestream up started)')
  .option('--iam', 'authenticate to the broker by IAM, as MSK asks')
  .addHelpText(
    'after',
    `
Examples:
  lodestream tail market_data_raw                            what comes in from now on
  lodestream tail trades_raw --from -5                       the last five fills, then what comes in
  lodestream tail market_data_raw --from earliest -n 100     the first hundred, then end
  lodestream tail trades_raw --from -1000 -n 1000 --json     one JSON value a line, for a script`,
  )
  .action(async (topic: string, _options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    const terminal = openTerminal(options)
    const log: LogSettings =
      options.kafka === undefined
        ? endpoints().log
        : { transport: 'kafka', bootstrap: options.kafka, iam: options.iam === true }
    const decode = decoderBeside(options.kafka)
    const colour = hasColour(process.stdout)
    using interrupted = interrupts()
    const flow =
      log.transport === 'kafka'
        ? recordsOfTopic(log, topic, options.from, interrupted.signal)
        : recordsOfStream(log, topic, options.from, interrupted.signal)
    let left = options.n ?? Number.POSITIVE_INFINITY
    for await (const records of flow) {
      const lines = await decoded(records.slice(0, left), decode)
      const texts = lines.map((line) => `${terminal.json ? toJsonLine(line) : toText(line, colour)}\n`)
      if (!(await written(texts.join('')))) return
      left -= records.length
      if (left <= 0) return
    }
  })

/** Resolves when our reader has taken it. @returns false once there is no reader any more, as after `| head`. */
function written(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve(false) : reject(error))
    // A failed write is told twice: to its callback, and as an event that would end the process unheard.
    process.stdout.once('error', failed)
    process.stdout.write(text, (error) => {
      if (error) return failed(error)
      process.stdout.off('error', failed)
      resolve(true)
    })
  })
}

function from(text: string): From {
  if (text === 'earliest' || text === 'latest') return text
  if (/^-[1-9]\d{0,6}$/.test(text)) return -Number(text)
  throw new InvalidArgumentError('Write earliest, latest, or -N such as -10 for the last ten records.')
}
