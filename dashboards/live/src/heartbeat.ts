/** What happens at each beat. It gets the beat's number, from 0. */
export type Beat = (count: number) => Promise<void>

export interface Troubles {
  /** A beat failed: why, and in how many ms the next one comes. */
  readonly failed: (error: unknown, retryInMs: number) => void
  readonly succeeded: () => void
}

const LONGEST_PAUSE_MS = 15_000

/**
 * Runs `beat` every so many ms: never two at once, ever more slowly while it fails, and not at all while the page is
 * hidden. @returns a function that asks for a beat at once, or right after the one that runs.
 */
export function startHeartbeat(beat: Beat, everyMs: number, { failed, succeeded }: Troubles): () => void {
  let count = 0
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = false
  let again = false

  const run = async (): Promise<void> => {
    if (running) {
      again = true
      return
    }
    clearTimeout(timer)
    timer = undefined
    if (document.hidden) return
    running = true
    again = false
    const begun = performance.now()
    let pause = everyMs
    try {
      await beat(count)
      count += 1
      failures = 0
      succeeded()
    } catch (error) {
      failures += 1
      pause = Math.min(everyMs * 2 ** failures, LONGEST_PAUSE_MS)
      failed(error, pause)
    } finally {
      running = false
      timer = setTimeout(run, again ? 0 : Math.max(0, pause - (performance.now() - begun)))
    }
  }

  document.addEventListener('visibilitychange', run)
  addEventListener('online', run)
  void run()
  return () => void run()
}
