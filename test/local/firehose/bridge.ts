import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import {
  type ExtendedS3DestinationConfiguration,
  FirehoseClient,
  PutRecordBatchCommand,
  type PutRecordBatchCommandOutput,
} from '@aws-sdk/client-firehose'
import type { Counts } from '#local/bridges/firehose/counts.ts'
import type { FaultSettings } from '#local/bridges/firehose/faults.ts'

/** Where the bridge and what it needs stand. */
export interface Surroundings {
  readonly home: string
  readonly port: number
  /** S3, http://… */
  readonly aws: string
  readonly glue: string
  /** @default 20 */
  readonly speedup?: number
}

/** The Firehose bridge as it runs in a platform: its own process, told by its environment. */
export class FirehoseBridge {
  readonly client: FirehoseClient
  readonly #endpoint: string
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown[]>
  said = ''

  private constructor({ home, port, aws, glue, speedup = 20 }: Surroundings) {
    this.#endpoint = `http://127.0.0.1:${port}`
    const entry = join(import.meta.dirname, '../../../local/bridges/firehose/main.ts')
    const env = {
      PATH: process.env.PATH,
      MALLOC_ARENA_MAX: '1',
      PORT: `${port}`,
      LODESTREAM_HOME: home,
      LODESTREAM_GLUE: glue,
      LODESTREAM_FIREHOSE_SPEEDUP: `${speedup}`,
      AWS_ENDPOINT_URL: aws,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
    }
    this.#child = spawn(process.execPath, ['--max-semi-space-size=4', '--max-old-space-size=128', entry], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#exited = once(this.#child, 'exit')
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.said += chunk.toString()
      })
    }
    this.client = new FirehoseClient({
      endpoint: this.#endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    })
  }

  /** Starts it; resolves when it answers. */
  static async start(surroundings: Surroundings): Promise<FirehoseBridge> {
    const bridge = new FirehoseBridge(surroundings)
    for (const end = Date.now() + 15_000; Date.now() < end; ) {
      if (bridge.#child.exitCode !== null) break
      const answered = await fetch(`${bridge.#endpoint}/`).then(
        (answer) => answer.ok,
        () => false,
      )
      if (answered) return bridge
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`The Firehose bridge does not answer: ${bridge.said}`)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async state(name: string): Promise<Counts> {
    const answer = await fetch(`${this.#endpoint}/state`)
    const { streams } = (await answer.json()) as { streams: Record<string, Counts> }
    const counts = streams[name]
    if (!counts) throw new Error(`There is no stream ${name}; ${this.said}`)
    return counts
  }

  /** Has all buffers delivered; answers whether they were. */
  async flush(): Promise<boolean> {
    return (await fetch(`${this.#endpoint}/flush`, { method: 'POST' })).ok
  }

  async faults(settings: FaultSettings): Promise<void> {
    await fetch(`${this.#endpoint}/faults`, { method: 'POST', body: JSON.stringify(settings) })
  }

  async adopt(): Promise<void> {
    await fetch(`${this.#endpoint}/adopt`, { method: 'POST' })
  }

  put(name: string, records: readonly (string | Buffer)[]): Promise<PutRecordBatchCommandOutput> {
    const Records = records.map((record) => ({ Data: Buffer.from(record as string) }))
    return this.client.send(new PutRecordBatchCommand({ DeliveryStreamName: name, Records }))
  }

  /** Asks it to end, and resolves with the exit code. */
  async stop(): Promise<unknown> {
    this.#child.kill('SIGTERM')
    return (await this.#exited)[0]
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}

/** A stream as the platform has it: partitioned by two keys, converted by the table `bronze.events`. */
export function convertingDestination(bucket: string): ExtendedS3DestinationConfiguration {
  return {
    RoleARN: 'arn:aws:iam::000000000000:role/firehose',
    BucketARN: `arn:aws:s3:::${bucket}`,
    Prefix: 'bronze/day=!{partitionKeyFromQuery:day}/kind=!{partitionKeyFromQuery:kind}/',
    ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/',
    BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
    CompressionFormat: 'UNCOMPRESSED',
    DynamicPartitioningConfiguration: { Enabled: true },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: 'RecordDeAggregation',
          Parameters: [{ ParameterName: 'SubRecordType', ParameterValue: 'JSON' }],
        },
        {
          Type: 'MetadataExtraction',
          Parameters: [
            { ParameterName: 'MetadataExtractionQuery', ParameterValue: '{day:.day,kind:.kind}' },
            { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
          ],
        },
      ],
    },
    DataFormatConversionConfiguration: {
      Enabled: true,
      SchemaConfiguration: {
        RoleARN: 'arn:aws:iam::000000000000:role/firehose',
        DatabaseName: 'bronze',
        TableName: 'events',
        Region: 'us-east-1',
        VersionId: 'LATEST',
      },
      InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
      OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
    },
  }
}
