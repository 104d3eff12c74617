import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { isMissing, readIfThere } from './state.ts'

/** Every process that we start carries this variable with its platform's home, and hands it to its own children. */
const belonging = 'LODESTREAM_PART_OF'

const Part = z.object({
  name: z.string(),
  pid: z.number().int(),
  identity: z.string(),
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()),
})

/** A process of ours, as recorded in `run/<name>.json`. */
export type Part = z.infer<typeof Part>

/** What to start. `env` is the whole environment but PATH, HOME and LANG, which are ours. */
export interface Launch {
  name: string
  command: readonly [string, ...string[]]
  env?: Readonly<Record<string, string>>
  cwd?: string
}

/** Starts a process that outlives this one, its output appended to `logs/<name>.log`, and records who it is. */
export function launch(home: string, { name, command, env = {}, cwd = home }: Launch): Part {
  for (const folder of ['run', 'logs', 'data']) mkdirSync(join(home, folder), { recursive: true })
  const log = openSync(logFile(home, name), 'a')
  const [program, ...words] = command
  const child = spawn(program, words, {
    cwd,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...inherited(), ...env, [belonging]: home },
  })
  closeSync(log)
  // Without a listener a missing program would end this process; the missing pid below says it in one sentence.
  child.once('error', () => undefined)
  child.unref()
  const identity = child.pid === undefined ? undefined : identityOf(child.pid)
  if (child.pid === undefined || identity === undefined) {
    throw new Refusal(`${name} did not start: ${program} cannot be run here; lodestream doctor names what is missing.`)
  }
  const part: Part = { name, pid: child.pid, identity, command: [...command], env: { ...env } }
  writeFileSync(recordFile(home, name), `${JSON.stringify(part, null, 2)}\n`)
  return part
}

/** The part as it runs, if it runs with this command and environment; otherwise started anew with them. */
export async function ensure(home: string, wanted: Launch): Promise<Part> {
  const running = runningPart(home, wanted.name)
  if (running && isDeepStrictEqual([running.command, running.env], [[...wanted.command], { ...wanted.env }])) {
    return running
  }
  await stopPart(home, wanted.name)
  return launch(home, wanted)
}

/** Whether a GET of the address is answered, and well, within 2 s. @throws where nobody answers */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
  await response.arrayBuffer()
  return response.ok
}

/** The recorded process if it still runs and is the very one that we started; otherwise undefined. */
export function runningPart(home: string, name: string): Part | undefined {
  const text = readIfThere(recordFile(home, name))
  if (text === undefined) return undefined
  const part = Part.parse(JSON.parse(text))
  return identityOf(part.pid) === part.identity ? part : undefined
}

/** The names of every part ever started at `home` and not stopped since, running or dead. */
export function recordedParts(home: string): string[] {
  return listIfThere(join(home, 'run'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
}

/**
 * Ends a part: asks, and after `grace` ms kills. A process that took over the recorded pid is left alone. Resolves when
 * the part is gone; harmless where it does not run.
 */
export async function stopPart(home: string, name: string, grace = 10_000): Promise<void> {
  const part = runningPart(home, name)
  if (part) {
    signal(part.pid, 'SIGTERM')
    const gone = () => identityOf(part.pid) !== part.identity
    if (!(await eventually(gone, grace))) {
      signal(part.pid, 'SIGKILL')
      if (!(await eventually(gone, 5_000))) throw new Error(`${name} (pid ${part.pid}) survives SIGKILL`)
    }
  }
  rmSync(recordFile(home, name), { force: true })
}

/** A process of this platform that was started by one of its parts, such as a Lambda's. */
export interface Descendant {
  pid: number
  env: Readonly<Record<string, string>>
}

/** Every live process that carries this platform's mark, except this one. */
export function marked(home: string): Descendant[] {
  const found: Descendant[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const env = environmentOf(pid)
    if (env?.[belonging] === home) found.push({ pid, env })
  }
  return found
}

/** Kills whatever carries this platform's mark. Only for `down`, after every part has been stopped in order. */
export async function killMarked(home: string): Promise<void> {
  for (const { pid } of marked(home)) signal(pid, 'SIGKILL')
  if (!(await eventually(() => marked(home).length === 0, 5_000))) {
    throw new Error(`processes of ${home} survive SIGKILL: ${marked(home).map(({ pid }) => pid)}`)
  }
}

/** Resolves when `check` answers true; a check that throws or answers false is tried again. Refuses at the deadline. */
export async function becomeReady(
  home: string,
  { name, pid }: Pick<Part, 'name' | 'pid'>,
  check: () => Promise<boolean>,
  deadline: number,
): Promise<void> {
  const end = performance.now() + deadline
  let last: unknown = 'it did not answer'
  while (performance.now() < end) {
    if (identityOf(pid) === undefined) throw new Refusal(`${name} ended while starting: ${lastWords(home, name)}`)
    try {
      if (await check()) return
    } catch (error) {
      last = error
    }
    await delay(30)
  }
  const reason = last instanceof Error ? last.message : last
  throw new Refusal(`${name} is not ready after ${deadline / 1000} s (${reason}): see lodestream logs ${name}.`)
}

/** Resident memory of a process in megabytes; 0 when it is gone. */
export function memoryOf(pid: number): number {
  const status = readProc(pid, 'status')
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status ?? '')?.[1] ?? 0) / 1024)
}

/** The file that holds a part's output. */
export function logFile(home: string, name: string): string {
  return join(home, 'logs', `${name}.log`)
}

/** Polls `condition` until it holds or `deadline` ms have passed; answers whether it held. */
export async function eventually(condition: () => boolean | Promise<boolean>, deadline: number): Promise<boolean> {
  const end = performance.now() + deadline
  for (;;) {
    if (await condition()) return true
    if (performance.now() >= end) return false
    await delay(25)
  }
}

/**
 * Who a process is beyond its pid, which the kernel hands out again: when it started, in which boot. Undefined when it
 * is gone, or dead and only waiting for its parent to notice.
 */
export function identityOf(pid: number): string | undefined {
  const stat = readProc(pid, 'stat')
  if (stat === undefined) return undefined
  // The second field is the command in brackets, which may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot}:${fields[19]}`
}

function environmentOf(pid: number): Record<string, string> | undefined {
  const text = readProc(pid, 'environ')
  if (text === undefined) return undefined
  return Object.fromEntries(
    text.split('\0').flatMap((line) => {
      const equals = line.indexOf('=')
      return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)]] : []
    }),
  )
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    if (isMissing(error) || isForbidden(error)) return undefined
    throw error
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')
}

function listIfThere(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'JAVA_HOME', 'SSL_CERT_FILE', 'TMPDIR']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

function lastWords(home: string, name: string): string {
  const lines = (readIfThere(logFile(home, name)) ?? '').trimEnd().split('\n')
  return `${lines.at(-1) || 'its log is empty'} (lodestream logs ${name} has the rest)`
}

function recordFile(home: string, name: string): string {
  return join(home, 'run', `${name}.json`)
}
