import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** One line that the bridge logged. */
export interface LogLine {
  level: string
  event: string
  [fact: string]: unknown
}

/** The bridge as it runs in a platform: its own process, told by its environment. */
export class BridgeProcess {
  readonly lines: LogLine[] = []
  errors = ''
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown[]>

  constructor(environment: Record<string, string>) {
    const entry = join(import.meta.dirname, '../../../local/bridges/kafka-event-source/main.ts')
    const env = { PATH: process.env.PATH, ...environment }
    this.#child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exited = once(this.#child, 'exit')
    const { stdout, stderr } = this.#child
    if (!stdout || !stderr) throw new Error('The bridge was started without pipes.')
    createInterface({ input: stdout }).on('line', (line) => this.lines.push(JSON.parse(line) as LogLine))
    stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString()
    })
  }

  /** The lines whose event holds `text`. */
  said(text: string): LogLine[] {
    return this.lines.filter(({ event }) => event.includes(text))
  }

  /** Resolves with the exit code. */
  async exit(): Promise<unknown> {
    return (await this.#exited)[0]
  }

  /** Asks it to end, and resolves with the exit code. */
  async stop(): Promise<unknown> {
    this.#child.kill('SIGTERM')
    return this.exit()
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}

/** Resolves as soon as `holds`, and fails with what `describe` says where it does not within `milliseconds`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  describe: () => string,
  milliseconds = 20_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${milliseconds / 1000} s: ${describe()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
