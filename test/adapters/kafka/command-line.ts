import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { repository } from '#local/state.ts'

/** A run of the command line, as a person would start it; not on a terminal. */
export class CommandLine {
  readonly process: ChildProcess
  output = ''
  errors = ''

  /** @param env on top of this process's own */
  constructor(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [join(repository, 'bin', 'lodestream.ts'), ...words], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process.stdout?.on('data', (bytes: Buffer) => {
      this.output += bytes.toString()
    })
    this.process.stderr?.on('data', (bytes: Buffer) => {
      this.errors += bytes.toString()
    })
  }

  /** Waits for its end. @returns the exit code; null where a signal ended it. */
  async end(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close')
    return this.process.exitCode
  }

  /** Each line of standard output as JSON. */
  get lines(): readonly unknown[] {
    return this.output
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line))
  }
}
