import { join } from 'node:path'
import { Command } from 'commander'
import { alone } from '#local/installs.ts'
import { platformHome } from '#local/state.ts'
import { bringDown } from '#local/up.ts'
import { openTerminal } from '../terminal.ts'

interface Options {
  readonly json?: boolean
  readonly deleteData?: boolean
}

export const command = new Command('down')
  .description('Stops everything that lodestream up started, and nothing else. Data stays unless told otherwise.')
  .option('--delete-data', "also delete the topics, the cache's content and the logs")
  .addHelpText(
    'after',
    `
Examples:
  lodestream down                  stop; the next up finds topics and hot state again
  lodestream down --delete-data    stop, and begin from nothing next time`,
  )
  .action(async (_options: unknown, self: Command) => {
    const options = self.optsWithGlobals<Options>()
    const terminal = openTerminal(options)
    const home = platformHome()
    const deleteData = options.deleteData === true
    const stopped = await alone(join(home, 'up.lock'), () => bringDown(home, { deleteData }))
    const data_deleted = deleteData
    terminal.result({ stopped, data_deleted }, () =>
      [
        stopped.length > 0 ? `Stopped ${stopped.join(', ')}.` : 'Nothing was running.',
        ...(deleteData ? ['Its data is deleted.'] : []),
      ].join(' '),
    )
  })
