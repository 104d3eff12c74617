import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { switchSchedules } from '#local/schedules.ts'
import { endpoints } from '#local/state.ts'
import { bringDown, planUp } from '#local/up.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Home of the platform that the tests of one run share. */
    readonly home: string
  }
}

/** Brings one platform up for all integration tests of a run, in a folder of its own, and takes it down after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'lodestream-test-'))
  project.provide('home', home)
  try {
    const { plan, result, batch } = await planUp(home, { outside: 'stand-in', feeds: false })
    const failures = (await Promise.all([plan.run(), batch.run()])).flat()
    for (const failure of failures) throw failure
    await result
    // Tests say themselves what is refreshed and when, whatever o'clock it is.
    await switchSchedules(endpoints(home).aws, 'DISABLED')
  } catch (error) {
    await bringDown(home)
    throw error
  }
  return async () => {
    await bringDown(home)
    rmSync(home, { recursive: true, force: true })
  }
}
