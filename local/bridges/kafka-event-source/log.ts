/** Writes one structured line: `event` says what happened, in words that can be searched for; the rest are its facts. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, facts?: Readonly<Record<string, unknown>>) => void

/** A log of JSON lines with the time first. BigInts come out as strings. */
export function jsonLines(write: (line: string) => void): Log {
  return (level, event, facts = {}) => {
    const line = { at: new Date().toISOString(), level, event, ...facts }
    write(`${JSON.stringify(line, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}\n`)
  }
}

/** Trouble that passes by itself, told once when it begins and once when it is over, however many attempts fail in between. */
export class Trouble {
  readonly #log: Log
  readonly #facts: Readonly<Record<string, unknown>>
  readonly #open = new Map<string, { since: number; attempts: number }>()

  constructor(log: Log, facts: Readonly<Record<string, unknown>>) {
    this.#log = log
    this.#facts = facts
  }

  /** `what` is the thing that does not work, `why` the reason of this attempt. */
  met(what: string, why: unknown): void {
    const open = this.#open.get(what)
    if (open) {
      open.attempts++
      return
    }
    this.#open.set(what, { since: Date.now(), attempts: 1 })
    this.#log('warn', `${what} does not work, trying on`, { ...this.#facts, reason: reasonOf(why) })
  }

  /** Says that `what` works again, if it did not. */
  over(what: string): void {
    const open = this.#open.get(what)
    if (!open) return
    this.#open.delete(what)
    this.#log('info', `${what} works again`, {
      ...this.#facts,
      attempts: open.attempts,
      seconds: (Date.now() - open.since) / 1000,
    })
  }
}

/** The most telling sentence of an error, its causes and the errors that it gathers included. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const nested =
    error instanceof AggregateError ? error.errors.map(reasonOf) : error.cause ? [reasonOf(error.cause)] : []
  return [error.message || error.name, ...new Set(nested)].join(': ')
}
