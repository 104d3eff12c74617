import { stripVTControlCharacters } from 'node:util'
import { Refusal } from '#domain/refusal.ts'
import { findJava } from './engines/java.ts'
import { findPython } from './engines/python.ts'
import { run } from './installs.ts'

/** What `lodestream doctor` found of one tool. */
export interface Tool {
  readonly name: string
  /** What is needed, and for what. */
  readonly needed: string
  /** The version that is here; null where there is none. */
  readonly found: string | null
  readonly ok: boolean
  /** Whether the platform cannot run without it. */
  readonly required: boolean
  /** The one command that gets it. */
  readonly get: string
}

interface Check {
  readonly name: string
  readonly needed: string
  readonly required: boolean
  readonly get: string
  readonly atLeast: number
  /** The version as text. Throws a Refusal where the tool is missing. */
  find(): Promise<string>
}

const checks: readonly Check[] = [
  {
    name: 'node',
    needed: 'Node.js 24, for everything',
    required: true,
    get: 'npm ci',
    atLeast: 24,
    find: async () => process.versions.node,
  },
  {
    name: 'python',
    needed: 'Python 3.12 or 3.13, for LocalStack',
    required: true,
    get: 'pyenv install 3.13',
    atLeast: 3,
    find: async () => (await findPython()).version,
  },
  {
    name: 'python 3.11',
    needed: 'Python 3.11, for Spark as on Glue 5.1',
    required: true,
    get: 'pyenv install 3.11',
    atLeast: 3,
    find: async () => (await findPython({ minors: ['3.11'], purpose: 'Spark', size: 'about 320 MB' })).version,
  },
  {
    name: 'java',
    needed: 'a JDK 17 or newer on PATH, for Kafka',
    required: true,
    get: 'sudo apt-get install -y openjdk-17-jdk-headless',
    atLeast: 17,
    find: () => versionOf('java', ['--version']),
  },
  {
    name: 'java 17',
    needed: 'a JDK 17, for Spark',
    required: true,
    get: 'sudo apt-get install -y openjdk-17-jdk-headless',
    atLeast: 17,
    find: async () => findJava({ from: 17, to: 17, purpose: 'Spark' }).version,
  },
  {
    name: 'java 24',
    needed: 'a JDK 24 or newer, for Trino',
    required: true,
    get: 'sudo apt-get install -y temurin-25-jdk (from the Adoptium repository)',
    atLeast: 24,
    find: async () => findJava({ from: 24, purpose: 'Trino' }).version,
  },
  {
    name: 'maven',
    needed: "Maven 3.6 or newer, to fetch Kafka's jars",
    required: true,
    get: 'sudo apt-get install -y maven',
    atLeast: 3,
    find: () => versionOf('mvn', ['--version']),
  },
  {
    name: 'redis-server',
    needed: 'Redis 7, which stands for ElastiCache',
    required: true,
    get: 'sudo apt-get install -y redis-server',
    atLeast: 7,
    find: () => versionOf('redis-server', ['--version']),
  },
  {
    name: 'chromium',
    needed: 'Chromium, only for the tests of the page',
    required: false,
    get: 'sudo apt-get install -y chromium',
    atLeast: 100,
    find: findChromium,
  },
]

/** Looks for each tool that the platform and its tests use. */
export function examine(): Promise<Tool[]> {
  return Promise.all(
    checks.map(async ({ name, needed, required, get, atLeast, find }) => {
      const found = await orMissing(find)
      return { name, needed, found, ok: found !== null && Number.parseInt(found, 10) >= atLeast, required, get }
    }),
  )
}

async function orMissing(find: () => Promise<string>): Promise<string | null> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** The first version number in what a program says of itself. */
async function versionOf(program: string, words: readonly string[]): Promise<string> {
  const said = await run(program, words, `Asking ${program} for its version`)
  const version = /\d+(\.\d+)+/.exec(stripVTControlCharacters(said))?.[0]
  if (!version) throw new Refusal(`${program} does not say its version.`)
  return version
}

async function findChromium(): Promise<string> {
  for (const program of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = await orMissing(() => versionOf(program, ['--version']))
    if (found) return found
  }
  throw new Refusal('There is no Chromium here.')
}
