import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { alone, fingerprint, listed, mismatch, run } from '../installs.ts'
import { portFor } from '../ports.ts'
import { becomeReady, ensure, stopPart } from '../process.ts'
import { cacheFolder, loadState } from '../state.ts'
import type { Engine } from './engine.ts'
import { findJava } from './java.ts'
import { answersQueries } from './trino/client.ts'

const recipe = join(import.meta.dirname, 'trino')
const sums = join(recipe, 'files.sha256')
const plugins = { hive: 'io.trino.plugin.hive.HivePlugin', iceberg: 'io.trino.plugin.iceberg.IcebergPlugin' }

/**
 * Trino 476, coordinator and worker in one, with a catalogue of Hive tables and one of Iceberg tables, both of Glue's.
 * Its address is `http://127.0.0.1:port`. Give Glue and LocalStack their ports first; they need not answer yet.
 */
export const trino: Engine<string> = {
  name: 'trino',

  async install({ report }) {
    await install(report)
  },

  async start({ home, report }) {
    const folder = await install(report)
    const port = await portFor(home, 'trino')
    const data = join(home, 'data', 'trino')
    mkdirSync(data, { recursive: true })
    const part = await ensure(home, {
      name: 'trino',
      command: command(folder),
      cwd: data,
      env: environmentVariables(home, folder, port),
    })
    report?.('waiting for Trino')
    await becomeReady(home, part, () => answersQueries(`http://127.0.0.1:${port}`), 120_000)
    return `http://127.0.0.1:${port}`
  },

  async stop({ home }) {
    await stopPart(home, 'trino', trinoGrace)
  },
}

/** How long Trino may take to end, ms. All it has is in S3 and Glue. */
export const trinoGrace = 2_000

async function install(report?: (doing: string) => void): Promise<string> {
  const { home } = findJava(wantedJava)
  const folder = join(cacheFolder(), `trino-476-${fingerprint(readFileSync(sums, 'utf8'))}`)
  await alone(`${folder}.lock`, async () => {
    if (existsSync(folder) && mismatch(folder, sums) === undefined) return
    report?.('fetching Trino (about 230 MB, once)')
    await fetchJars(folder, home)
  })
  return folder
}

/** What it is compiled for. */
const wantedJava = { from: 24, purpose: 'Trino' }

/** Maven keeps in `<folder>.maven` what it has, so that a cut download goes on; both go once the jars are verified. */
async function fetchJars(folder: string, javaHome: string): Promise<void> {
  const partial = `${folder}.partial`
  const repository = `${folder}.maven`
  for (const old of [folder, partial]) rmSync(old, { recursive: true, force: true })
  const settings = ['--batch-mode', '--quiet', '--strict-checksums', `-Dmaven.repo.local=${repository}`]
  await run('mvn', ['-f', join(recipe, 'pom.xml'), ...settings, `-Dfolder=${partial}`, 'package'], 'Fetching Trino')
  const wrong = mismatch(partial, sums)
  if (wrong !== undefined) {
    for (const bad of [partial, repository]) rmSync(bad, { recursive: true, force: true })
    throw new Error(`What Maven fetched is not what local/engines/trino/files.sha256 pins: ${wrong}`)
  }
  shareJars(partial)
  for (const [name, main] of Object.entries(plugins)) declarePlugin(join(partial, 'plugin', name), main)
  const compile = ['-cp', join(partial, 'lib', '*'), '-d', join(partial, 'main'), join(recipe, 'Main.java')]
  await run(join(javaHome, 'bin', 'javac'), compile, "Compiling Trino's main class")
  renameSync(partial, folder)
  rmSync(repository, { recursive: true, force: true })
}

/** A jar that several folders hold is kept once: server and plugins are loaded apart, but have most in common. */
function shareJars(folder: string): void {
  const first = new Map<string, string>()
  for (const file of listed(sums)) {
    const name = file.slice(file.lastIndexOf('/') + 1)
    const kept = first.get(name)
    if (kept === undefined) first.set(name, file)
    else {
      rmSync(join(folder, file))
      linkSync(join(folder, kept), join(folder, file))
    }
  }
}

/** Tells the server which class in these jars is the plugin; Trino's own packaging does it in its archives only. */
function declarePlugin(folder: string, main: string): void {
  const file = join(folder, 'services', 'META-INF', 'services', 'io.trino.spi.Plugin')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${main}\n`)
}

function command(folder: string): [string, ...string[]] {
  const etc = join(recipe, 'etc')
  return [
    findJava(wantedJava).path,
    '-server',
    '-Xmx1G',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:ReservedCodeCacheSize=256M',
    '-XX:+ExitOnOutOfMemoryError',
    // It loads an agent and native code, of which Java otherwise warns at each start.
    '-Djdk.attach.allowAttachSelf=true',
    '-XX:+EnableDynamicAgentLoading',
    '--enable-native-access=ALL-UNNAMED',
    '--sun-misc-unsafe-memory-access=allow',
    '-Dfile.encoding=UTF-8',
    '-Duser.timezone=UTC',
    `-Dconfig=${join(etc, 'server.properties')}`,
    `-Dlog.levels-file=${join(etc, 'log.properties')}`,
    '-cp',
    `${join(folder, 'main')}:${join(folder, 'lib', '*')}`,
    'Main',
  ]
}

/** What the files in `trino/etc` leave open. */
function environmentVariables(home: string, folder: string, port: number): Record<string, string> {
  const { glue, localstack } = loadState(home).ports
  if (!glue || !localstack)
    throw new Refusal('Trino starts after Glue and LocalStack have their ports: run lodestream up.')
  return {
    PORT: `${port}`,
    PLUGINS: join(folder, 'plugin'),
    CATALOGS: join(recipe, 'etc', 'catalog'),
    LODESTREAM_GLUE: `http://127.0.0.1:${glue}`,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${localstack}`,
  }
}
