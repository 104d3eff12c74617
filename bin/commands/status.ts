import { Command } from 'commander'
import { platformHome } from '#local/state.ts'
import { type Status, statusOf } from '#local/status.ts'
import { openTerminal } from '../terminal.ts'

export const command = new Command('status')
  .description('Shows what runs, where it answers, how much memory it takes, and how far consumers are behind.')
  .addHelpText(
    'after',
    `
Examples:
  lodestream status
  lodestream status --json | jq -r .page`,
  )
  .action(async (_options: unknown, self: Command) => {
    openTerminal(self.optsWithGlobals()).result(await statusOf(platformHome()), statusText)
  })

/** The status as a person reads it. */
export function statusText({ transport, api, page, engines, lags }: Status): string {
  const width = Math.max(...engines.map(({ name }) => name.length))
  const total = engines.reduce((sum, { memory_mb }) => sum + memory_mb, 0)
  return [
    `page  ${page ?? 'not up'}`,
    `api   ${api ?? 'not up'}`,
    '',
    ...engines.map(({ name, state, pid, memory_mb }) =>
      pid === null
        ? `${name.padEnd(width)}  ${state}`
        : `${name.padEnd(width)}  ${state}  ${`${memory_mb} MB`.padStart(8)}  pid ${pid}`,
    ),
    `${'together'.padEnd(width)}           ${`${total} MB`.padStart(8)}`,
    ...(lags.length > 0 || transport === 'kinesis' ? [''] : []),
    ...(transport === 'kinesis'
      ? [`topics are Kinesis streams: ${api ?? 'the API'}/health says how old live values are`]
      : []),
    ...lags.map(({ group, topic, lag }) => `${topic}: ${group} is ${lag} records behind`),
  ].join('\n')
}
