import { callAt, nextOccurrence } from './clock.ts'
import { invokeWithRetries } from './invoke-with-retries.ts'
import type { Schedule } from './schedule.ts'
import type { Targets } from './targets.ts'

/** Invokes the targets of schedules when their time has come. */
export class Runner {
  readonly #targets: Targets
  readonly #onCompleted: (arn: string) => void
  readonly #timers = new Map<string, Set<() => void>>()
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()

  /** @param onCompleted told of a schedule that has had its last time, after its target was invoked */
  constructor(targets: Targets, onCompleted: (arn: string) => void) {
    this.#targets = targets
    this.#onCompleted = onCompleted
  }

  /** Runs a schedule in place of what ran under its ARN. Times before `after`, ms, are past and gone. */
  run(arn: string, schedule: Schedule, after: number): void {
    this.cancel(arn)
    if (schedule.State === 'ENABLED') this.#wait(arn, schedule, after)
  }

  /** No further times of this schedule; an invocation that has begun goes on. */
  cancel(arn: string): void {
    for (const cancel of this.#timers.get(arn) ?? []) cancel()
    this.#timers.delete(arn)
  }

  /** Ends everything, waits between retries included. */
  async stop(): Promise<void> {
    for (const arn of [...this.#timers.keys()]) this.cancel(arn)
    this.#stop.abort()
    await Promise.all(this.#running)
  }

  #wait(arn: string, schedule: Schedule, after: number): void {
    const next = nextOccurrence(schedule, after)
    if (!next) return
    const timers = this.#timers.get(arn) ?? new Set()
    this.#timers.set(arn, timers)
    // The following time counts from this one, not from when in its window this one is invoked.
    const isLast = nextOccurrence(schedule, next.scheduled) === undefined
    const cancelFollowing = isLast
      ? undefined
      : callAt(next.scheduled, () => {
          if (cancelFollowing) timers.delete(cancelFollowing)
          this.#wait(arn, schedule, next.scheduled)
        })
    if (cancelFollowing) timers.add(cancelFollowing)
    const cancelThis = callAt(next.invoked, () => {
      timers.delete(cancelThis)
      const due = { scheduleArn: arn, scheduled: next.scheduled, target: schedule.Target }
      const running = invokeWithRetries(due, this.#targets, this.#stop.signal).then(() => {
        this.#running.delete(running)
        if (isLast) this.#onCompleted(arn)
      })
      this.#running.add(running)
    })
    timers.add(cancelThis)
  }
}
