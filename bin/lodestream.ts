#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { showFailure } from './terminal.ts'

/** Every verb, in the order of the help, with the line that stands there. The rest of a verb is in commands/<verb>.ts. */
const verbs = {
  up: 'start the platform on this machine and deploy it',
  down: 'stop everything that up started',
  status: 'show what runs, where, and how much memory it takes',
  logs: 'show the log of one part',
  doctor: 'check the tools that this machine must have',
  produce: 'send recorded, simulated or live events',
  topics: 'list the topics, their records, and who is behind',
  tail: 'show the events of a topic as they flow',
  replay: 'rebuild the hot state from the log',
  refresh: 'refresh tables of the lake for a day',
  runs: 'show what was refreshed, and why it failed',
  query: 'ask the lake in SQL',
  quarantine: 'list, explain and release records that could not land',
} as const

const program = new Command('lodestream')
  .description('Real-time and batch analytics for markets and customer activity, whole on one machine.')
  .option('--json', 'write the result, and nothing else, as JSON to standard output')
  .showHelpAfterError('(lodestream --help shows every command)')
  .addHelpText(
    'after',
    `
Examples:
  lodestream doctor                         what is missing here, and how to get it
  lodestream up                             start everything; safe to run twice
  lodestream produce --source recorded      let input flow
  lodestream status --json                  where everything is, for scripts
  lodestream down                           stop everything, keep the data`,
  )
  .exitOverride()

/** Loads only the verb that was asked for: the help stays quick, and a verb that fails to load takes no other with it. */
async function load(verb: string): Promise<Command> {
  const loaded: { command: Command } = await import(`./commands/${verb}.ts`)
  return loaded.command.copyInheritedSettings(program)
}

async function main(words: readonly string[]): Promise<void> {
  const asked = words.find((word) => word in verbs)
  for (const [verb, summary] of Object.entries(verbs)) {
    program.addCommand(verb === asked ? (await load(verb)).summary(summary) : new Command(verb).description(summary))
  }
  await program.parseAsync(words, { from: 'user' })
}

// A reader that has seen enough, as `| head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

main(process.argv.slice(2)).catch((error: unknown) => {
  // Commander has already written its own sentence; it only asks for the exit code.
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else showFailure(error)
})
