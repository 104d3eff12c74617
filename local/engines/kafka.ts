import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { alone, fingerprint, listed, mismatch, run } from '../installs.ts'
import { freePort, portFor } from '../ports.ts'
import { becomeReady, launch, runningPart, stopPart } from '../process.ts'
import { cacheFolder } from '../state.ts'
import type { Engine, Place } from './engine.ts'

const pom = join(import.meta.dirname, 'kafka', 'pom.xml')
const sums = join(import.meta.dirname, 'kafka', 'jars.sha256')

/** Apache Kafka 4.1.1, one node that is broker and controller. Its address is `host:port`, PLAINTEXT, on loopback. */
export const kafka: Engine<string> = {
  name: 'kafka',

  async install({ report }) {
    const folder = jars()
    await alone(`${folder}.lock`, async () => {
      if (existsSync(folder) && mismatch(folder, sums) === undefined) return
      report?.('fetching Apache Kafka (about 60 MB, once)')
      await fetchJars(folder)
    })
  },

  async start(place) {
    const { home, report } = place
    await kafka.install(place)
    const port = await portFor(home, 'kafka')
    const part = runningPart(home, 'kafka') ?? (await startBroker(place, port))
    report?.('waiting for the broker')
    await becomeReady(home, part, () => answers(`127.0.0.1:${port}`), 60_000)
    return `127.0.0.1:${port}`
  },

  async stop({ home }) {
    await stopPart(home, 'kafka', 20_000)
  },
}

async function fetchJars(folder: string): Promise<void> {
  const partial = `${folder}.partial`
  const repository = join(cacheFolder(), 'maven')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${partial}`]
  const words = ['-f', pom, '--batch-mode', '--quiet', '--strict-checksums', `-Dmaven.repo.local=${repository}`]
  await run('mvn', [...words, ...goal], 'Fetching Apache Kafka')
  for (const extra of readdirSync(partial).filter((name) => !listed(sums).includes(name))) rmSync(join(partial, extra))
  const wrong = mismatch(partial, sums)
  if (wrong !== undefined) {
    rmSync(partial, { recursive: true, force: true })
    rmSync(repository, { recursive: true, force: true })
    throw new Error(`What Maven fetched is not what local/engines/kafka/jars.sha256 pins: ${wrong}`)
  }
  renameSync(partial, folder)
  // The jars are copied and verified; the repository would only hold them a second time, with Maven's own plugins.
  rmSync(repository, { recursive: true, force: true })
}

async function startBroker({ home, report }: Place, port: number) {
  const data = join(home, 'data', 'kafka')
  mkdirSync(data, { recursive: true })
  const config = join(data, 'server.properties')
  writeFileSync(config, properties(data, port, await freePort()))
  const java = ['-Djava.awt.headless=true', `-Dorg.slf4j.simpleLogger.defaultLogLevel=warn`, '-cp', `${jars()}/*`]
  if (!existsSync(join(data, 'logs', 'meta.properties'))) {
    report?.('preparing its storage')
    const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', config]
    await run('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...java, ...format], "Preparing Kafka's storage")
  }
  return launch(home, {
    name: 'kafka',
    command: ['java', '-Xms512m', '-Xmx512m', '-XX:+UseG1GC', ...java, 'kafka.Kafka', config],
  })
}

/** Kafka wants 16 bytes in base64. The value has no meaning: this cluster is found by its address alone. */
const clusterId = 'bG9kZXN0cmVhbWxvY2FsMA'

function properties(data: string, port: number, controllerPort: number): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(data, 'logs'),
    'num.partitions': 4,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
  }
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`
}

async function answers(address: string): Promise<boolean> {
  const admin = new Admin({ clientId: 'lodestream-ready', bootstrapBrokers: [address], retries: 0, timeout: 2_000 })
  try {
    await admin.listTopics()
    return true
  } finally {
    await admin.close()
  }
}

function jars(): string {
  return join(cacheFolder(), `kafka-4.1.1-${fingerprint(readFileSync(sums, 'utf8'))}`)
}
