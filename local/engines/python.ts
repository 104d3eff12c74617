import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { run } from '../installs.ts'
import { isMissing } from '../state.ts'

/** A Python that can run LocalStack. */
export interface Python {
  readonly path: string
  /** As `3.13.0`. */
  readonly version: string
}

// The newest that works first. LocalStack's dependencies contradict one another on 3.14.
const minors = ['3.13', '3.12']

/** The first Python 3.13 or 3.12 that really runs: on PATH, or among pyenv's. */
export async function findPython(): Promise<Python> {
  for (const path of candidates()) {
    const version = await versionOf(path)
    if (version && minors.some((minor) => version.startsWith(`${minor}.`))) return { path, version }
  }
  throw new Refusal(
    'Python 3.12 or 3.13 is needed for LocalStack, and none was found on PATH or among pyenv’s versions: install one, ' +
      'for example with: pyenv install 3.13',
  )
}

function candidates(): string[] {
  const root = join(process.env.PYENV_ROOT || join(homedir(), '.pyenv'), 'versions')
  const kept = versionsIn(root)
  return minors.flatMap((minor) => [
    ...kept.filter((name) => name.startsWith(`${minor}.`)).map((name) => join(root, name, 'bin', 'python')),
    `python${minor}`,
    'python3',
  ])
}

/** The version that a program prints; undefined where it is missing or, like a pyenv shim, only says what is not there. */
async function versionOf(program: string): Promise<string | undefined> {
  try {
    return /^Python (\S+)/.exec(await run(program, ['--version'], 'Asking Python for its version'))?.[1]
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort().reverse()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
