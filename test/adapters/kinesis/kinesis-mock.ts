import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateStreamCommand, DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import { kinesisClient } from '#adapters/kinesis/connection.ts'
import { alone, fingerprint, run } from '#local/installs.ts'
import { freePort } from '#local/ports.ts'
import { becomeReady, eventually, launch, stopPart } from '#local/process.ts'
import { cacheFolder } from '#local/state.ts'
import type { LogEngine } from '#test/contracts/event-log.ts'

const manifest = join(import.meta.dirname, 'mock')

/** Kinesis Mock, the engine that LocalStack itself takes for Kinesis: from npm, pinned by its lock. */
export async function startKinesisMock(): Promise<LogEngine> {
  const program = join(await installed(), 'node_modules', 'kinesis-local')
  const home = mkdtempSync(join(tmpdir(), 'lodestream-kinesis-mock-'))
  const port = await freePort()
  const part = launch(home, {
    name: 'kinesis-mock',
    command: [process.execPath, '--max-old-space-size=512', join(program, 'main.js')],
    cwd: program,
    env: {
      KINESIS_MOCK_PLAIN_PORT: `${port}`,
      KINESIS_MOCK_TLS_PORT: `${await freePort()}`,
      SHARD_LIMIT: '1000',
      CREATE_STREAM_DURATION: '1ms',
      LOG_LEVEL: 'WARN',
    },
  })
  const client = kinesisClient({ endpoint: `http://127.0.0.1:${port}` })
  await becomeReady(home, part, async () => (await statusOf(client, 'none')) === 'missing', 60_000)
  return {
    port,
    at: (address) => ({ transport: 'kinesis', endpoint: `http://${address}` }),
    async create(topic, partitions) {
      await client.send(new CreateStreamCommand({ StreamName: topic, ShardCount: partitions }))
      await eventually(async () => (await statusOf(client, topic)) === 'ACTIVE', 10_000)
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await stopPart(home, 'kinesis-mock', 500)
      rmSync(home, { recursive: true })
    },
  }
}

async function statusOf(client: KinesisClient, stream: string): Promise<string | undefined> {
  try {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }))
    return StreamDescriptionSummary?.StreamStatus
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return 'missing'
    throw error
  }
}

/** Where it is, fetched once. npm checks what it fetches against the lock. */
async function installed(): Promise<string> {
  const lock = readFileSync(join(manifest, 'package-lock.json'), 'utf8')
  const folder = join(cacheFolder(), `kinesis-mock-${fingerprint(lock)}`)
  await alone(`${folder}.lock`, async () => {
    if (existsSync(join(folder, 'node_modules', 'kinesis-local', 'main.js'))) return
    mkdirSync(folder, { recursive: true })
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(manifest, file), join(folder, file))
    await run('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit'], 'Fetching Kinesis Mock')
  })
  return folder
}
