import { readFileSync } from 'node:fs'
import { marked, recordedParts, runningPart } from '#local/process.ts'
import { isMissing } from '#local/state.ts'

/** Linux counts processor time in ticks of a hundredth of a second. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time that each part of the platform has used so far, its Lambda functions added up by name. */
export function processorSeconds(home: string): ReadonlyMap<string, number> {
  const used = new Map<string, number>()
  const add = (name: string, pid: number) => used.set(name, (used.get(name) ?? 0) + secondsOf(pid))
  const parts = new Set<number>()
  for (const name of recordedParts(home)) {
    const pid = runningPart(home, name)?.pid
    if (pid === undefined) continue
    parts.add(pid)
    add(name, pid)
  }
  for (const { pid, env } of marked(home)) {
    const name = env.AWS_LAMBDA_FUNCTION_NAME
    if (name !== undefined && !parts.has(pid)) add(name, pid)
  }
  return used
}

/** What each used between two answers of `processorSeconds`, the busiest first. */
export function usedBetween(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  return [...after]
    .map(([name, seconds]) => ({ name, seconds: Math.round((seconds - (before.get(name) ?? 0)) * 10) / 10 }))
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.seconds - a.seconds)
}

function secondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}
