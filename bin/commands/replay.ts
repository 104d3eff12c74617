import { Command, Option } from 'commander'
import { z } from 'zod'
import { invokeFunction } from '#adapters/lambda/invoke-function.ts'
import { topics } from '#domain/events/events.ts'
import { Refusal } from '#domain/refusal.ts'
import { endpoints } from '#local/state.ts'
import { wholeNumbers } from '../arguments.ts'
import { hasColour, openTerminal } from '../terminal.ts'

interface Options {
  readonly partitions?: readonly number[]
  readonly force?: boolean
  readonly stage: string
  readonly json?: boolean
}

/** What hot-rebuild answers: what became of each partition that it looked at. */
const Answer = z.object({
  partitions: z.array(
    z.object({
      topic: z.string(),
      partition: z.number().int(),
      outcome: z.enum(['rebuilt', 'whole', 'behind', 'failed']),
      generation: z.string().optional(),
      records: z.number().optional(),
      reason: z.string().optional(),
    }),
  ),
})
type Replayed = z.infer<typeof Answer>

export const command = new Command('replay')
  .description('Rebuilds the hot state from the log: of partitions that have a gap, or of all of them by force.')
  .argument('[topic]', `${topics.join(' or ')} (default: every topic)`)
  .option('--partitions <numbers>', 'only these, with commas between (default: all)', wholeNumbers)
  .option('--force', 'rebuild healthy partitions too')
  .addOption(new Option('--stage <stage>', 'where').choices(['local', 'dev', 'staging', 'prod']).default('local'))
  .addHelpText(
    'after',
    `
A partition serves its old state until the new one has caught up, and is then switched over; what comes in meanwhile counts once.

Examples:
  lodestream replay                                       rebuild whatever has a gap
  lodestream replay market_data_raw --force               rebuild every price and bar
  lodestream replay trades_raw --partitions 0,2 --force   rebuild two partitions of the positions
  lodestream replay --stage prod --json                   the same on AWS, for a script`,
  )
  .action(async (topic: string | undefined, _options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    if (topic !== undefined && !topics.includes(topic)) {
      throw new Refusal(`There is no topic ${topic}: name one of ${topics.join(', ')}.`)
    }
    if (topic === undefined && options.partitions !== undefined) {
      throw new Refusal(
        '--partitions needs the topic that they belong to: lodestream replay market_data_raw --partitions 0,1',
      )
    }
    const terminal = openTerminal(options)
    const name = `lodestream-${options.stage}-hot-rebuild`
    terminal.note(`Calling ${name}; this takes a few seconds for every million events`)
    const { partitions, force } = options
    const endpoint = endpointOf(options.stage)
    const answer = Answer.safeParse(
      await invokeFunction(name, { topic, partitions, force }, endpoint === undefined ? {} : { endpoint }),
    )
    if (!answer.success) throw new Error(`${name} answered what replay does not understand: ${answer.error.message}`)
    if (answer.data.partitions.length === 0) {
      throw new Refusal(`${name} knows no such partition: it looked at none, and nothing was rebuilt.`)
    }
    terminal.result(answer.data, prose)
    if (answer.data.partitions.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1
  })

/** LocalStack's address for stage local; for the others what the environment says, if it says anything. */
function endpointOf(stage: string): string | undefined {
  return process.env.AWS_ENDPOINT_URL ?? (stage === 'local' ? endpoints().aws : undefined)
}

const MEANING = {
  rebuilt: 'rebuilt from the log and switched over',
  whole: 'whole already; --force rebuilds it all the same',
  behind: 'not caught up when time was up; it goes on within a minute',
  failed: 'failed',
} as const satisfies Record<Replayed['partitions'][number]['outcome'], string>

function prose({ partitions }: Replayed): string {
  const lines = partitions.map(({ topic, partition, outcome, generation, records, reason }) => {
    const details = [
      ...(records === undefined ? [] : [`${records.toLocaleString('en-US')} records`]),
      ...(generation === undefined ? [] : [`generation ${generation}`]),
      ...(reason === undefined ? [] : [reason]),
    ]
    const line = `${topic} ${partition}: ${[MEANING[outcome], ...details].join(', ')}`
    return outcome === 'failed' && hasColour(process.stdout) ? `\u001b[31m${line}\u001b[39m` : line
  })
  return lines.join('\n')
}
