import { type Outcome, type Polling, pollSource, type Source } from './poll-source.ts'

/**
 * Polls sources side by side: none waits for another, and none fails with another.
 * @returns what became of each, by name @throws Error at the end where any could not be polled, in one sentence for all
 */
export async function pollAll(
  sources: readonly Source[],
  polling: Polling,
  tell: (source: Source, outcome: Outcome) => void,
): Promise<Readonly<Record<string, Outcome>>> {
  const outcomes: Record<string, Outcome> = {}
  const failures: unknown[] = []
  await Promise.all(
    sources.map(async (source) => {
      try {
        const outcome = await pollSource(source, polling)
        outcomes[source.name] = outcome
        tell(source, outcome)
      } catch (error) {
        failures.push(error)
      }
    }),
  )
  const [first] = failures
  if (failures.length === 1) throw first
  if (failures.length > 1) {
    const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)))
    throw new Error(`${failures.length} of ${sources.length} feeds could not be polled: ${reasons.join(' ')}`, {
      cause: first,
    })
  }
  return outcomes
}
