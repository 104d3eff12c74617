import { Listr, ListrLogger, type ListrTask, ProcessOutput } from 'listr2'
import { Refusal } from '#domain/refusal.ts'
import type { Step } from '#local/plan.ts'

/** Where one run of the command line shows what it does. Standard output carries results only. */
export interface Terminal {
  /** `--json` was given: the result is one JSON value on standard output. */
  readonly json: boolean
  /** Progress is drawn over and over (a person watches); otherwise it is one line a step. */
  readonly live: boolean
  /** The environment says CI: nobody watches, and the log is kept. */
  readonly ci: boolean
  /** Writes the result: `value` as JSON under `--json`, otherwise the text that `prose` makes of it. */
  result<T>(value: T, prose: (value: T) => string): void
  /** Writes one line of progress to standard error; silent under `--json`. */
  note(line: string): void
}

/** The terminal of this run, from the options (`--json`, global) and where the output goes. */
export function openTerminal(options: { json?: boolean } = {}): Terminal {
  const json = options.json === true
  return {
    json,
    live: !json && process.stderr.isTTY === true && !inCi(),
    ci: inCi(),
    result(value, prose) {
      process.stdout.write(`${json ? JSON.stringify(value) : prose(value)}\n`)
    },
    note(line) {
      if (!json) process.stderr.write(`${line}\n`)
    },
  }
}

/**
 * Runs the steps, each as soon as what it waits for is there, and shows its progress and its own seconds. Rejects with
 * the first failure, after all have ended.
 */
export async function runSteps(terminal: Terminal, steps: readonly Step[]): Promise<void> {
  if (terminal.live) return runLive(steps)
  const outcomes = await Promise.allSettled(
    steps.map(async (step) => {
      await step.after
      const begun = performance.now()
      await step.run((doing) => terminal.note(`  ${step.title}: ${doing}`))
      terminal.note(`${step.title} (${seconds(begun)})`)
    }),
  )
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

async function runLive(steps: readonly Step[]): Promise<void> {
  const failures: unknown[] = []
  const tasks = steps.map(
    (step): ListrTask => ({
      title: step.title,
      task: async (_context, task) => {
        try {
          await step.after
          const begun = performance.now()
          await step.run((doing) => {
            task.output = doing
          })
          task.title = `${step.title} (${seconds(begun)})`
        } catch (error) {
          failures.push(error)
          throw error
        }
      },
    }),
  )
  // Listr2 draws on standard output unless told otherwise, and that belongs to the result.
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    rendererOptions: { collapseErrors: false, showErrorMessage: false, logger },
  })
  await list.run()
  if (failures.length > 0) throw failures[0]
}

/** Whether colour may be written to `stream`: a terminal, outside CI, and NO_COLOR not set. */
export function hasColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !inCi() && !process.env.NO_COLOR
}

/** Shows why the run failed, and sets the exit code 1: the sentence of a refusal, or the trace of a defect. */
export function showFailure(error: unknown): void {
  process.exitCode = 1
  const message = error instanceof Error ? (error instanceof Refusal ? error.message : error.stack) : String(error)
  const mark = hasColour(process.stderr) ? '\u001b[31m✖\u001b[39m' : '✖'
  process.stderr.write(`${mark} ${message}\n`)
}

function inCi(): boolean {
  return Boolean(process.env.CI)
}

/** Seconds since a moment of `performance.now()`, to a tenth. */
export const secondsSince = (begun: number): number => Math.round((performance.now() - begun) / 100) / 10

function seconds(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`
}
