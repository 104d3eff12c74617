import { join } from 'node:path'
import { Command, Option } from 'commander'
import { alone } from '#local/installs.ts'
import type { Outside } from '#local/outside.ts'
import { platformHome } from '#local/state.ts'
import type { Transport } from '#local/transport.ts'
import { planUp } from '#local/up.ts'
import { openTerminal, runSteps, secondsSince } from '../terminal.ts'

interface Options {
  readonly venues?: Outside
  readonly transport?: Transport
}

export const command = new Command('up')
  .description(
    'Starts Kafka or Kinesis, Redis, LocalStack and the bridges between them, deploys the CDK app of stage local, and then starts\n' +
      'Trino and fetches Spark. What runs already is kept, so it is safe to run twice; what died is started again.',
  )
  .addOption(
    new Option(
      '--venues <who>',
      'who speaks for Binance and the others (default: as before; at first they themselves, where they can be reached)',
    ).choices(['real', 'stand-in']),
  )
  .addOption(
    new Option(
      '--transport <log>',
      'what topics stand on (default: as before; at first kafka); it cannot change while there is data',
    ).choices(['kafka', 'kinesis']),
  )
  .addHelpText(
    'after',
    `
Examples:
  lodestream up                  start, and show where the seconds go
  lodestream up --transport kinesis    topics as Kinesis streams, and no Kafka
  lodestream up --json           the addresses as JSON, for scripts
  LODESTREAM_HOME=/tmp/second lodestream up    a second platform beside the first`,
  )
  .action(async ({ venues, transport }: Options, self: Command) => {
    const terminal = openTerminal(self.optsWithGlobals())
    const home = platformHome()
    const begun = performance.now()
    await alone(join(home, 'up.lock'), async () => {
      const { plan, result, batch } = await planUp(home, {
        ...(venues && { outside: venues }),
        ...(transport && { transport }),
      })
      await runSteps(terminal, plan.steps)
      const seconds = secondsSince(begun)
      const { api, page } = await result
      terminal.note(`The page is up after ${seconds} s: ${page}`)
      await runSteps(terminal, batch.steps)
      const all = secondsSince(begun)
      terminal.result(
        { api, page, home, seconds, seconds_with_batch: all },
        () => `Up in ${all} s.\n  page  ${page}\n  api   ${api}`,
      )
    })
  })
