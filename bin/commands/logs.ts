import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { Refusal } from '#domain/refusal.ts'
import { logFile } from '#local/process.ts'
import { isMissing, platformHome } from '#local/state.ts'
import { wholeNumber } from '../arguments.ts'
import { openTerminal } from '../terminal.ts'

interface Options {
  readonly json?: boolean
  readonly follow?: boolean
  readonly lines: number
}

export const command = new Command('logs')
  .description('Shows the log of one part of the platform; without a name, the names.')
  .argument('[name]', 'such as kafka, localstack, deploy or lambda-hot-metrics')
  .option('-f, --follow', 'go on showing what is added, until Ctrl-C')
  .option('-n, --lines <count>', 'how many of the last lines', wholeNumber(0), 100)
  .addHelpText(
    'after',
    `
Examples:
  lodestream logs                          which logs there are
  lodestream logs lambda-hot-metrics -f    what the function prints, as it prints it
  lodestream logs kafka -n 20`,
  )
  .action(async (name: string | undefined, _options: unknown, self: Command) => {
    const { follow, lines, json } = self.optsWithGlobals<Options>()
    const home = platformHome()
    const names = namesOf(home)
    if (name === undefined) {
      openTerminal({ json: json === true }).result(names, () => names.join('\n') || 'There are no logs yet.')
      return
    }
    if (!names.includes(name)) {
      const there = names.length > 0 ? `there are ${names.join(', ')}` : 'nothing has run yet: lodestream up'
      throw new Refusal(`There is no log called ${name}; ${there}.`)
    }
    const text = readFileSync(logFile(home, name))
    const shown = text.toString('utf8').replace(/\n$/, '').split('\n').slice(-lines)
    if (json === true) process.stdout.write(`${JSON.stringify(shown)}\n`)
    else if (lines > 0) process.stdout.write(`${shown.join('\n')}\n`)
    if (follow) await showAdditions(logFile(home, name), text.length)
  })

function namesOf(home: string): string[] {
  try {
    return readdirSync(join(home, 'logs'))
      .filter((file) => file.endsWith('.log'))
      .map((file) => file.slice(0, -'.log'.length))
      .sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Ends with the process, by Ctrl-C. A log that was begun anew is shown from its beginning. */
async function showAdditions(path: string, from: number): Promise<never> {
  let position = from
  for (;;) {
    const file = openSync(path, 'r')
    const size = fstatSync(file).size
    if (size < position) position = 0
    if (size > position) {
      const buffer = Buffer.alloc(size - position)
      position += readSync(file, buffer, 0, buffer.length, position)
      process.stdout.write(buffer)
    }
    closeSync(file)
    await delay(200)
  }
}
