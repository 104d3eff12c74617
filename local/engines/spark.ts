import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { alone, fingerprint, listed, mismatch, run } from '../installs.ts'
import { cacheFolder } from '../state.ts'
import type { Place } from './engine.ts'
import { findJava, type WantedJava } from './java.ts'
import { environment, type WantedPython } from './python.ts'

const recipe = join(import.meta.dirname, 'spark')
const sums = join(recipe, 'jars.sha256')
const lock = join(recipe, 'requirements.lock')

/** Glue 5.1's Java. */
export const sparkJava: WantedJava = { from: 17, to: 17, purpose: 'Spark' }

/** Glue 5.1's Python. */
export const sparkPython: WantedPython = {
  minors: ['3.11'],
  purpose: 'Spark',
  size: 'about 320 MB',
  builds: { name: 'pyspark', lock: join(recipe, 'build.lock') },
}

/** How to run a job. Written as JSON for Glue's bridge, so its fields are snake_case. */
export interface Spark {
  /** spark-submit with what every job here is given; more options, the script and its arguments follow. */
  readonly submit: readonly string[]
  /** The same with Iceberg, as Glue's `--datalake-formats iceberg` adds it. */
  readonly submit_iceberg: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The folder of its Python packages. */
  readonly packages: string
}

/**
 * Installs Spark 3.5.6 with what reads S3 and Iceberg, once, and answers how to run a job. Safe to run twice at once: the
 * second waits. Throws a Refusal where there is no Python 3.11 or no JDK 17.
 */
export async function installSpark(report?: Place['report']): Promise<Spark> {
  const java = findJava(sparkJava)
  const python = await environment(lock, report, sparkPython)
  const jars = await installJars(report)
  const classes = join(jars, `classes-${java.version}-${fingerprint(python, java.home)}.jsa`)
  const spark = described(python, java.home, jars, classes)
  await alone(`${classes}.lock`, async () => {
    if (!existsSync(classes)) await tryOut(spark, classes, report)
  })
  return spark
}

async function installJars(report: Place['report']): Promise<string> {
  const folder = join(cacheFolder(), `spark-jars-${fingerprint(readFileSync(sums, 'utf8'))}`)
  await alone(`${folder}.lock`, async () => {
    if (existsSync(folder) && mismatch(folder, sums) === undefined) return
    report?.("fetching Iceberg and Spark's S3 client (about 120 MB, once)")
    await fetchJars(folder)
  })
  return folder
}

/** Maven keeps in `<folder>.maven` what it has, so that a cut download goes on; that goes once the jars are verified. */
async function fetchJars(folder: string): Promise<void> {
  const partial = `${folder}.partial`
  const repository = `${folder}.maven`
  for (const old of [folder, partial]) rmSync(old, { recursive: true, force: true })
  const settings = ['--batch-mode', '--quiet', '--strict-checksums', `-Dmaven.repo.local=${repository}`]
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`]
  await run('mvn', ['-f', join(recipe, 'pom.xml'), ...settings, ...goal], 'Fetching Iceberg')
  const wrong = mismatch(partial, sums)
  if (wrong !== undefined) {
    for (const bad of [partial, repository]) rmSync(bad, { recursive: true, force: true })
    throw new Error(`What Maven fetched is not what local/engines/spark/jars.sha256 pins: ${wrong}`)
  }
  renameSync(partial, folder)
  rmSync(repository, { recursive: true, force: true })
}

function described(python: string, javaHome: string, jars: string, classes: string): Spark {
  const packages = join(python, '..', '..', 'lib', 'python3.11', 'site-packages')
  const home = join(packages, 'pyspark')
  const [iceberg, others] = partition(listed(sums), (name) => name.startsWith('iceberg-'))
  const submit = (names: readonly string[], ...options: readonly string[]) => [
    join(home, 'bin', 'spark-submit'),
    ...['--properties-file', join(recipe, 'spark-defaults.conf')],
    ...['--driver-class-path', names.map((name) => join(jars, name)).join(':')],
    ...['--driver-java-options', [...javaOptions, ...options].join(' ')],
  ]
  return {
    submit: submit(others),
    submit_iceberg: submit([...iceberg, ...others], `-XX:SharedArchiveFile=${classes}`),
    env: {
      SPARK_HOME: home,
      SPARK_LOCAL_IP: '127.0.0.1',
      SPARK_LAUNCHER_OPTS: quickStart.join(' '),
      JAVA_HOME: javaHome,
      PYSPARK_PYTHON: python,
      TZ: 'UTC',
    },
    packages,
  }
}

/** Jobs here last seconds: the second compiler would only compete with them for the cores. */
const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const javaOptions = [
  ...quickStart,
  '-Duser.timezone=UTC',
  `-Dlog4j2.configurationFile=file:${join(recipe, 'log4j2.properties')}`,
]

/** Runs the trial, and has Java write the archive of the classes that it loaded. It fits these jars and this JDK alone. */
async function tryOut(spark: Spark, classes: string, report: Place['report']): Promise<void> {
  report?.('trying out Spark (once)')
  const scratch = mkdtempSync(`${classes}.trial-`)
  const archive = join(scratch, 'classes.jsa')
  const options = spark.submit_iceberg.map((word) =>
    word.replace(`-XX:SharedArchiveFile=${classes}`, `-XX:ArchiveClassesAtExit=${archive} -Xlog:cds=off`),
  )
  const [program = '', ...words] = [...options, join(recipe, 'trial.py'), join(scratch, 'data')]
  mkdirSync(join(scratch, 'data'))
  const env = { ...spark.env, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  try {
    await run(program, words, 'Trying out Spark', env)
    renameSync(archive, classes)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}
