import { setTimeout as pause } from 'node:timers/promises'
import type { RefreshRuns, WholeRun } from '#adapters/stepfunctions/refresh-runs.ts'
import { tableRunsText } from '../runs/table-runs.ts'
import { hasColour, type Terminal } from '../terminal.ts'

const EVERY_MS = 700

/**
 * Follows a run to its end, and shows its progress: redrawn on a terminal, a line as each table ends elsewhere.
 * @param signal aborted, it stops following; the run goes on
 * @returns the run as it stood last
 */
export async function follow(
  runs: RefreshRuns,
  execution: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<WholeRun> {
  const shown = terminal.live ? new Redrawn() : new Noted(terminal)
  for (;;) {
    const run = await runs.whole(execution)
    shown.show(run)
    if (run.status !== 'RUNNING' || signal.aborted) {
      shown.end()
      return run
    }
    await pause(EVERY_MS, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

/** The table of a run, drawn over itself. */
class Redrawn {
  #lines = 0

  show({ tables, startedAt }: WholeRun): void {
    const now = Date.now()
    const waiting = `planning, ${((now - startedAt) / 1000).toFixed(0)} s`
    const text = tables.length === 0 ? waiting : tableRunsText(tables, now, hasColour(process.stderr))
    const width = process.stderr.columns || 120
    // A line that wraps would take two to draw over.
    const lines = text.split('\n').map((line) => cut(line, width - 1))
    this.end()
    process.stderr.write(`${lines.join('\n')}\n`)
    this.#lines = lines.length
  }

  /** Clears what was drawn: the result follows on standard output. */
  end(): void {
    if (this.#lines > 0) process.stderr.write(`\u001b[${this.#lines}A\u001b[J`)
    this.#lines = 0
  }
}

/** A line for each table that has ended: steps would fill a log with what nobody reads. */
class Noted {
  readonly #terminal: Terminal
  readonly #told = new Set<string>()

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show({ tables }: WholeRun): void {
    for (const { table, date = 'whole', state } of tables) {
      const name = `${table} ${date}`
      if (state === 'waiting' || state === 'running' || this.#told.has(name)) continue
      this.#told.add(name)
      this.#terminal.note(`${name}: ${state}`)
    }
  }

  end(): void {
    this.#told.clear()
  }
}

/** The first characters of a line, colours not counted and not cut. */
function cut(line: string, width: number): string {
  let seen = 0
  let kept = ''
  for (const part of line.split(COLOUR)) {
    if (part.startsWith(ESCAPE)) {
      kept += part
      continue
    }
    kept += part.slice(0, Math.max(0, width - seen))
    seen += part.length
  }
  return kept
}

const ESCAPE = '\u001b'
const COLOUR = new RegExp(`(${ESCAPE}\\[\\d+m)`)
