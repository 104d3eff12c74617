import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { LocalAws } from './aws.ts'
import { KafkaEventSource } from './event-source.ts'
import { FAULTS_VARIABLE, requestedFaults } from './faults.ts'
import { invokeOverHttp } from './invoke.ts'
import { jsonLines, reasonOf } from './log.ts'

/** What the process takes from its environment. */
interface Configuration {
  readonly bootstrap: string
  readonly endpoint: string
  readonly region: string
  readonly home: string
  readonly faults: ReturnType<typeof requestedFaults>
}

const REFRESH_MS = 1_000

function configuration(environment: NodeJS.ProcessEnv): Configuration {
  const needed = (name: string, form: string): string => {
    const value = environment[name]
    if (!value) throw new Refusal(`${name} is not set: give the Kafka event source ${form}.`)
    return value
  }
  const bootstrap = needed('LODESTREAM_KAFKA', 'the broker as host:port')
  if (!/^[^:/]+:\d+$/.test(bootstrap)) throw new Refusal(`LODESTREAM_KAFKA must be host:port, not ${bootstrap}.`)
  const endpoint = needed('AWS_ENDPOINT_URL', "LocalStack's address as http://host:port")
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'http:')
    throw new Refusal(`AWS_ENDPOINT_URL must be http://host:port of a LocalStack on this machine, not ${endpoint}.`)
  return {
    bootstrap,
    endpoint,
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1',
    home: needed('LODESTREAM_HOME', 'the state folder'),
    faults: requestedFaults(environment[FAULTS_VARIABLE]),
  }
}

async function main(): Promise<void> {
  const { bootstrap, endpoint, region, home, faults } = configuration(process.env)
  const log = jsonLines((line) => process.stdout.write(line))
  const aws = new LocalAws(endpoint, region)
  const source = new KafkaEventSource({ bootstrap, aws, invoke: invokeOverHttp(aws), faults: faults?.draw, log })
  const folder = join(home, 'data', 'kafka-event-source')
  mkdirSync(folder, { recursive: true })
  if (faults)
    log('warn', 'deliveries are disturbed on purpose, for a test', {
      [FAULTS_VARIABLE]: process.env[FAULTS_VARIABLE],
      seed: faults.seed,
    })

  const { promise: asked, resolve: stopped } = Promise.withResolvers<void>()
  process.once('SIGTERM', () => stopped())
  process.once('SIGINT', () => stopped())
  // A defect in one mapping's path must not end the others: it is told, with its trace, and the mapping retries.
  process.on('unhandledRejection', (error) =>
    log('error', 'a defect', { reason: reasonOf(error), stack: error instanceof Error ? error.stack : undefined }),
  )

  log('info', 'the Kafka event source runs', { pid: process.pid, kafka: bootstrap, endpoint, home })
  let stopping = false
  void asked.then(() => {
    stopping = true
  })
  let written = ''
  while (!stopping) {
    await source.refresh()
    const states = JSON.stringify(source.states(), undefined, 2)
    if (states !== written) {
      writeWhole(join(folder, 'mappings.json'), states)
      written = states
    }
    let timer: NodeJS.Timeout | undefined
    await Promise.race([asked, new Promise((resolve) => (timer = setTimeout(resolve, REFRESH_MS)))])
    clearTimeout(timer)
  }
  log('info', 'stopping: what is in flight is finished and committed first')
  await source.stop()
  writeWhole(join(folder, 'mappings.json'), '[]')
  aws.close()
  log('info', 'the Kafka event source has stopped')
}

/** Readers never see half a file. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

try {
  await main()
  process.exit(0)
} catch (error) {
  process.stderr.write(
    error instanceof Refusal ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exit(1)
}
