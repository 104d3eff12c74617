import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { alone, fingerprint, mismatch, run } from '../../installs.ts'
import { cacheFolder } from '../../state.ts'
import type { Place } from '../engine.ts'
import { findJava } from '../java.ts'

const recipe = join(import.meta.dirname, 'jsonata')
const pom = join(recipe, 'pom.xml')
const sums = join(recipe, 'jars.sha256')

/** The oldest JDK that evaluates JSONata: Kafka needs the same. LocalStack only asks for the one of its own image. */
const oldestJdk = 17
const askedForJdk = '21'

/** What LocalStack evaluates JSONata with. */
export interface JsonataParts {
  /** A JDK's home. */
  readonly jdk: string
  /** The folder of the jars. */
  readonly jars: string
}

/**
 * The state machines' query language: finds the JDK that is installed here, and fetches the jars into the cache, once. Undefined where there is no such JDK:
 * LocalStack runs without, and its plugin says what is missing when a state in JSONata runs.
 */
export async function jsonataParts(report?: Place['report']): Promise<JsonataParts | undefined> {
  const jdk = jdkHome()
  if (jdk === undefined) return undefined
  const jars = join(cacheFolder(), `jsonata-0.9.7-${fingerprint(readFileSync(sums, 'utf8'))}`)
  await alone(`${jars}.lock`, async () => {
    if (existsSync(jars) && mismatch(jars, sums) === undefined) return
    report?.('fetching JSONata (about 10 MB, once)')
    await fetchJars(jars)
  })
  return { jdk, jars }
}

/** Puts them where LocalStack, whose root folder is `data`, would else install its own from the internet. */
export function linkJsonata(data: string, parts: JsonataParts | undefined): void {
  const libraries = join(data, 'var', 'lib', 'localstack', 'lib')
  // The very versions that LocalStack asks for.
  link(join(libraries, 'java', askedForJdk), parts?.jdk)
  link(join(libraries, 'jsonata', '0.9.7'), parts?.jars)
}

function link(path: string, to: string | undefined): void {
  // A LocalStack that runs may be reading there.
  if (to !== undefined && existsSync(path) && realpathSync(path) === realpathSync(to)) return
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  if (to !== undefined) symlinkSync(to, path)
}

function jdkHome(): string | undefined {
  try {
    return findJava({ from: oldestJdk, purpose: 'Step Functions in LocalStack' }).home
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

async function fetchJars(folder: string): Promise<void> {
  const partial = `${folder}.partial`
  const repository = `${folder}.maven`
  rmSync(folder, { recursive: true, force: true })
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${partial}`]
  const words = ['-f', pom, '--batch-mode', '--quiet', '--strict-checksums', `-Dmaven.repo.local=${repository}`]
  await run('mvn', [...words, ...goal], 'Fetching JSONata')
  const wrong = mismatch(partial, sums)
  rmSync(repository, { recursive: true, force: true })
  if (wrong !== undefined) {
    rmSync(partial, { recursive: true, force: true })
    throw new Error(`What Maven fetched is not what local/engines/localstack/jsonata/jars.sha256 pins: ${wrong}`)
  }
  renameSync(partial, folder)
}
