import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { alone, fingerprint, run } from '../installs.ts'
import { cacheFolder, isMissing } from '../state.ts'
import type { Place } from './engine.ts'

const uvLock = join(import.meta.dirname, 'python', 'uv.lock')

/** A Python that is installed here. */
export interface Python {
  readonly path: string
  /** As `3.13.0`. */
  readonly version: string
}

/** Which Python is wanted. */
export interface WantedPython {
  /** The minor versions that will do, the preferred one first: `['3.13', '3.12']`. */
  readonly minors: readonly [string, ...string[]]
  /** What needs it, for the sentence that says it is missing: `LocalStack`. */
  readonly purpose: string
  /** What its packages come to, for a person who waits: `about 150 MB`. */
  readonly size: string
  /** The one package that PyPI has as source only, and the lock file of what builds it. @default none */
  readonly builds?: { readonly name: string; readonly lock: string }
}

/** LocalStack's dependencies contradict one another on 3.14; Glue's bridge and our own tools run on the same. */
export const toolsPython: WantedPython = {
  minors: ['3.13', '3.12'],
  purpose: 'LocalStack',
  size: 'up to 150 MB',
}

/** The first wanted Python that really runs: among pyenv's versions, or on PATH. Throws a Refusal where there is none. */
export async function findPython(wanted: WantedPython = toolsPython): Promise<Python> {
  for (const path of candidates(wanted)) {
    const version = await versionOf(path)
    if (version && wanted.minors.some((minor) => version.startsWith(`${minor}.`))) return { path, version }
  }
  const minors = wanted.minors.toReversed().join(' or ')
  throw new Refusal(
    `Python ${minors} is needed for ${wanted.purpose}, and none was found on PATH or among pyenv’s versions: install ` +
      `one, for example with: pyenv install ${wanted.minors[0]}`,
  )
}

/**
 * A Python with exactly what a lock file pins, installed once into the cache; answers its path. uv comes from PyPI too.
 * An installation that was cut short goes on where it stopped, because uv keeps what it has fetched.
 * @param wanted whose Python it is. @default toolsPython
 */
export async function environment(
  lockFile: string,
  report?: Place['report'],
  wanted: WantedPython = toolsPython,
): Promise<string> {
  const base = await findPython(wanted)
  const pins = readFileSync(lockFile, 'utf8')
  const folder = join(cacheFolder(), `python-${base.version}-${fingerprint(pins)}`)
  const python = join(folder, 'bin', 'python')
  const complete = join(folder, '.complete')
  if (existsSync(complete)) return python
  await alone(`${folder}.lock`, async () => {
    if (existsSync(complete)) return
    const uv = await installUv(base.path, report)
    report?.(`fetching Python packages (${wanted.size}, once)`)
    const cache = { UV_CACHE_DIR: join(cacheFolder(), 'uv') }
    await run(uv, ['venv', '--quiet', '--clear', '--python', base.path, folder], 'Preparing a Python', cache)
    const builds = wanted.builds ? ['--build-constraints', wanted.builds.lock] : []
    const sync = ['pip', 'sync', '--quiet', '--require-hashes', ...builds, '--python', python, lockFile]
    await run(uv, sync, 'Fetching Python packages', cache)
    // uv keeps the source, what it unpacked and what it built: for Spark three times what is installed.
    if (wanted.builds) await run(uv, ['cache', 'clean', '--quiet', wanted.builds.name], 'Tidying up', cache)
    writeFileSync(complete, '')
  })
  return python
}

async function installUv(python: string, report: Place['report']): Promise<string> {
  const folder = join(cacheFolder(), `uv-${fingerprint(readFileSync(uvLock, 'utf8'))}`)
  const uv = join(folder, 'bin', 'uv')
  if (existsSync(join(folder, '.complete'))) return uv
  await alone(`${folder}.lock`, async () => {
    if (existsSync(join(folder, '.complete'))) return
    report?.('fetching uv (about 25 MB, once)')
    await run(python, ['-m', 'venv', '--clear', folder], 'Preparing a Python for uv')
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', uvLock]
    await run(join(folder, 'bin', 'python'), pip, 'Fetching uv')
    writeFileSync(join(folder, '.complete'), '')
  })
  return uv
}

function candidates({ minors }: WantedPython): string[] {
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
