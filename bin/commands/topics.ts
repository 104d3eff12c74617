import { Command } from 'commander'
import { openLog } from '#adapters/event-logs/open-log.ts'
import { overviewOf } from '#adapters/event-logs/overview.ts'
import { topics } from '#domain/events/events.ts'
import { Refusal } from '#domain/refusal.ts'
import { type LogOptions, logOf } from '../log-of-stage.ts'
import { stageOption } from '../stage.ts'
import { openTerminal } from '../terminal.ts'
import { statesOf } from '../topics/lag.ts'
import { topicsText } from '../topics/topics-text.ts'

interface Options extends LogOptions {
  readonly partitions?: boolean
  readonly json?: boolean
}

export const command = new Command('topics')
  .description('Lists the topics: partitions, offsets, records, and how far each consumer is behind.')
  .argument('[topic]', `${topics.join(', ')} (default: all)`)
  .option('--partitions', 'a line for each partition, with its first offset and the one after its last')
  .addOption(stageOption())
  .option('--kafka <host:port>', 'broker instead of a stage')
  .option('--iam', 'authenticate to the broker by IAM, as MSK asks')
  .addHelpText(
    'after',
    `
Examples:
  lodestream topics                                how many records, and who is behind
  lodestream topics market_data_raw --partitions   one topic, partition by partition
  lodestream topics --json | jq '.[].lag'          for scripts; partitions included
  lodestream topics --stage dev                    the streams of a stage on Kinesis`,
  )
  .action(async (topic: string | undefined, _options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    if (topic !== undefined && !topics.includes(topic)) {
      throw new Refusal(`There is no topic ${topic}: name one of ${topics.join(', ')}.`)
    }
    const asked = topic === undefined ? topics : [topic]
    const settings = await logOf(options)
    const overview = await overviewOf(settings, asked)
    const log = await openLog(settings)
    try {
      const states = await statesOf(log, overview, asked)
      openTerminal(options).result(states, () => topicsText(states, options.partitions === true))
    } finally {
      await log.close()
    }
  })
