/** One part of a longer job. It begins when `after` is fulfilled, and shows what it does by `report`. */
export interface Step {
  readonly title: string
  readonly after?: Promise<unknown>
  run(report: (doing: string) => void): Promise<void>
}

/** Steps that start as soon as what they need is there. */
export class Plan {
  readonly steps: Step[] = []

  /** Adds a step, and answers what it will make. `needs` are the answers of earlier steps. */
  step<T>(title: string, needs: readonly Promise<unknown>[], work: (report: (doing: string) => void) => Promise<T>) {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const after = Promise.all(needs)
    // Whoever runs the step sees the failure; these two only keep Node from calling it unhandled as well.
    promise.catch(() => undefined)
    after.catch(reject)
    this.steps.push({
      title,
      after,
      run: async (report) => {
        try {
          resolve(await work(report))
        } catch (error) {
          reject(error)
          throw error
        }
      },
    })
    return promise
  }

  /** Runs every step, showing nothing, until all have ended. @returns the failures of those that failed */
  async run(): Promise<readonly unknown[]> {
    const outcomes = await Promise.allSettled(
      this.steps.map(async ({ after, run }) => {
        await after
        await run(() => undefined)
      }),
    )
    return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  }
}
