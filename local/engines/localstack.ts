import { mkdirSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { portFor } from '../ports.ts'
import { becomeReady, ensure, stopPart } from '../process.ts'
import { loadState, repository } from '../state.ts'
import type { Engine } from './engine.ts'
import { jsonataParts, linkJsonata } from './localstack/jsonata.ts'
import { environment } from './python.ts'

const plugin = join(repository, 'local', 'localstack-plugin')
const lock = join(plugin, 'requirements.lock')

/** The services that LocalStack leaves to a bridge, which are parts of the same names. */
const bridged = ['athena', 'firehose', 'glue', 'kinesis', 'scheduler'] as const

/**
 * LocalStack 2026.3.0 in host mode with our plugin. Its address is `http://127.0.0.1:port`.
 * Give the ElastiCache proxy its port first, and Kafka and the MSK bridge theirs, or Kinesis: what it deploys leads to
 * them. So does each of the parts athena, firehose, glue, kinesis and scheduler that has a port: that service is answered
 * there.
 */
export const localstack: Engine<string> = {
  name: 'localstack',

  async install({ report }) {
    await Promise.all([environment(lock, report), jsonataParts(report)])
  },

  async start(place) {
    const { home, report } = place
    const [python, jsonata] = await Promise.all([environment(lock, report), jsonataParts(report)])
    const data = join(home, 'data', 'localstack')
    linkJsonata(data, jsonata)
    const port = await portFor(home, 'localstack')
    const part = await ensure(home, {
      name: 'localstack',
      command: [python, '-m', 'lodestream_localstack'],
      cwd: plugin,
      env: environmentVariables(home, data, python, port),
    })
    report?.('waiting for LocalStack')
    await becomeReady(home, part, () => isHealthy(port), 120_000)
    return `http://127.0.0.1:${port}`
  },

  async stop({ home }) {
    await stopPart(home, 'localstack', localstackGrace)
  },
}

/** How long LocalStack may take to end, ms: by itself it takes 10 s, and it has nothing to save. */
export const localstackGrace = 500

function environmentVariables(home: string, data: string, python: string, port: number): Record<string, string> {
  const { ports } = loadState(home)
  const { kafka, kinesis, elasticache, msk } = ports
  if (!elasticache || !(kinesis || (kafka && msk))) {
    throw new Refusal('LocalStack starts after the log and Redis have their ports: run lodestream up.')
  }
  for (const folder of ['tmp', 'home']) mkdirSync(join(data, folder), { recursive: true })
  const bridges = bridged.flatMap((service) => {
    const at = ports[service]
    return at === undefined ? [] : [[`LODESTREAM_${service.toUpperCase()}`, `http://127.0.0.1:${at}`]]
  })
  return {
    PATH: `${join(python, '..')}:${process.env.PATH}`,
    PYTHONPATH: plugin,
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    LOCALSTACK_HOST: `localhost:${port}`,
    FILESYSTEM_ROOT: data,
    HOME: join(data, 'home'),
    TMPDIR: join(data, 'tmp'),
    OVERRIDE_IN_DOCKER: '0',
    DISABLE_EVENTS: '1',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DNS_ADDRESS: '0',
    // A line for every request would cost a part of each invocation.
    LS_LOG: 'warning',
    CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES: '0',
    // For the Java that JSONata is evaluated in, inside LocalStack: small, and quick to start.
    JAVA_TOOL_OPTIONS: '-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto',
    LODESTREAM_NODE: process.execPath,
    ...(kafka && msk && { LODESTREAM_KAFKA: `127.0.0.1:${kafka}`, LODESTREAM_MSK: `http://127.0.0.1:${msk}` }),
    LODESTREAM_ELASTICACHE: `127.0.0.1:${elasticache}`,
    ...Object.fromEntries(bridges),
  }
}

function isHealthy(port: number): Promise<boolean> {
  const agent = new Agent({ keepAlive: false })
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/_localstack/health', agent, timeout: 2_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('error', reject).once('timeout', () => request.destroy(new Error('no answer in 2 s')))
  })
}
