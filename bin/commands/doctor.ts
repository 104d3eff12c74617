import { Command } from 'commander'
import { examine, type Tool } from '#local/doctor.ts'
import { hasColour, openTerminal } from '../terminal.ts'

export const command = new Command('doctor')
  .description('Checks the tools that this machine must have, and names the command that gets what is missing.')
  .addHelpText(
    'after',
    `
Examples:
  lodestream doctor
  lodestream doctor --json | jq '.tools[] | select(.ok | not)'`,
  )
  .action(async (_options: unknown, self: Command) => {
    const tools = await examine()
    const ok = tools.every((tool) => tool.ok || !tool.required)
    if (!ok) process.exitCode = 1
    openTerminal(self.optsWithGlobals()).result({ ok, tools }, ({ tools }) => tools.map(line).join('\n'))
  })

function line({ name, needed, found, ok, required, get }: Tool): string {
  const state = found ?? 'missing'
  const advice = ok ? '' : `\n    get it: ${get}${required ? '' : '   (optional)'}`
  return `${mark(ok, required)} ${name.padEnd(13)} ${state.padEnd(12)} ${needed}${advice}`
}

function mark(ok: boolean, required: boolean): string {
  const sign = ok ? '✔' : required ? '✖' : '–'
  if (!hasColour(process.stdout)) return sign
  return `\u001b[${ok ? 32 : required ? 31 : 33}m${sign}\u001b[39m`
}
