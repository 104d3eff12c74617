import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CreateDeliveryStreamCommand } from '@aws-sdk/client-firehose'
import {
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand,
  GetJobRunCommand,
  GlueClient,
  StartJobRunCommand,
} from '@aws-sdk/client-glue'
import { DeleteObjectsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { glue } from '#local/engines/glue.ts'
import { localstack } from '#local/engines/localstack.ts'
import { freePort, portFor } from '#local/ports.ts'
import { repository } from '#local/state.ts'
import { convertingDestination, FirehoseBridge } from '#test/local/firehose/bridge.ts'
import { Bucket } from '#test/local/firehose/bucket.ts'

const aws = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
const PLACE = 'appended_at timestamp, topic string, partition int, offset string'
/** What the lake's stack declares, in Hive's words. */
const TABLES = {
  'bronze.events': `event_id string, occurred_at timestamp, received_at timestamp, ${PLACE}, schema_version int, payload string, payload_pointer string`,
  'ops.quarantine': `quarantined_at timestamp, ${PLACE}, stage string, code string, reason string, value string, value_pointer string`,
}
const STREAMS = {
  bronze: { table: 'bronze.events', keys: ['ingest_date', 'event_type'] },
  quarantine: { table: 'ops.quarantine', keys: ['ingest_date'] },
} as const

/** Where landing lands: S3, Glue's catalogue and jobs, the Firehose bridge, all of them real, with both streams. */
export class LandingZone {
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  readonly lake: Bucket
  readonly scratch: Bucket
  readonly bridge: FirehoseBridge
  readonly #glue: GlueClient
  readonly #s3: S3Client

  private constructor(home: string, s3: string, catalogue: string, bridge: FirehoseBridge, firehose: string) {
    this.home = home
    this.bridge = bridge
    this.lake = new Bucket('lake', s3, home)
    this.scratch = new Bucket('scratch', s3, home)
    this.#glue = new GlueClient({ ...aws, endpoint: catalogue })
    this.#s3 = new S3Client({ ...aws, endpoint: s3, forcePathStyle: true })
    this.environment = {
      AWS_ENDPOINT_URL_S3: s3,
      AWS_ENDPOINT_URL_FIREHOSE: firehose,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      BRONZE_STREAM: 'bronze',
      QUARANTINE_STREAM: 'quarantine',
      LAKE_BUCKET: 'lake',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
    }
  }

  static async start(): Promise<LandingZone> {
    const home = mkdtempSync(join(tmpdir(), 'lodestream-landing-'))
    for (const part of ['kafka', 'elasticache', 'msk', 'glue', 'localstack']) await portFor(home, part)
    const [s3, catalogue, port] = await Promise.all([localstack.start({ home }), glue.start({ home }), freePort()])
    const bridge = await FirehoseBridge.start({ home, port, aws: s3, glue: catalogue })
    const zone = new LandingZone(home, s3, catalogue, bridge, `http://127.0.0.1:${port}`)
    await zone.#furnish()
    return zone
  }

  async stop(): Promise<void> {
    await this.bridge.stop()
    this.#glue.destroy()
    this.#s3.destroy()
    await Promise.all([glue, localstack].map((part) => part.stop({ home: this.home })))
    rmSync(this.home, { recursive: true, force: true })
  }

  /** Runs the silver job to its end. @returns its answer, or why it failed */
  async runSilver(job: Readonly<Record<string, string>>): Promise<string> {
    const { JobRunId } = await this.#glue.send(new StartJobRunCommand({ JobName: 'silver', Arguments: job }))
    for (;;) {
      const { JobRun } = await this.#glue.send(new GetJobRunCommand({ JobName: 'silver', RunId: JobRunId }))
      const state = JobRun?.JobRunState ?? 'FAILED'
      if (!['STARTING', 'RUNNING', 'WAITING'].includes(state)) return JobRun?.ErrorMessage ?? state
      await wait(250)
    }
  }

  /** Deletes what stands below a prefix of the lake. */
  async clear(prefix: string): Promise<void> {
    const Objects = (await this.lake.keys(prefix)).map((Key) => ({ Key }))
    if (Objects.length > 0) await this.#s3.send(new DeleteObjectsCommand({ Bucket: 'lake', Delete: { Objects } }))
  }

  async #furnish(): Promise<void> {
    await Promise.all([this.lake.create(), this.scratch.create()])
    for (const Name of ['bronze', 'ops', 'candidates'])
      await this.#glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }))
    for (const [name, columns] of Object.entries(TABLES)) {
      const [DatabaseName = '', Name = ''] = name.split('.')
      const Columns = columns.split(', ').map((column) => {
        const [Column = '', Type = ''] = column.split(' ')
        return { Name: Column, Type }
      })
      await this.#glue.send(
        new CreateTableCommand({ DatabaseName, TableInput: { Name, StorageDescriptor: { Columns } } }),
      )
    }
    for (const [name, { table, keys }] of Object.entries(STREAMS)) await this.#createStream(name, table, keys)
    const script = readFileSync(join(repository, 'glue', 'silver.py'))
    await this.#s3.send(new PutObjectCommand({ Bucket: 'scratch', Key: 'silver.py', Body: script }))
    const catalog = 'spark.sql.catalog.glue_catalog'
    await this.#glue.send(
      new CreateJobCommand({
        Name: 'silver',
        Role: 'arn:aws:iam::000000000000:role/silver',
        GlueVersion: '5.1',
        Command: { Name: 'glueetl', PythonVersion: '3', ScriptLocation: 's3://scratch/silver.py' },
        WorkerType: 'G.1X',
        NumberOfWorkers: 2,
        DefaultArguments: {
          '--datalake-formats': 'iceberg',
          '--conf': [
            'spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
            `${catalog}=org.apache.iceberg.spark.SparkCatalog`,
            `${catalog}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog`,
            `${catalog}.io-impl=org.apache.iceberg.aws.s3.S3FileIO`,
            `${catalog}.warehouse=s3://scratch/candidates/`,
          ].join(' --conf '),
        },
      }),
    )
  }

  async #createStream(name: string, table: string, keys: readonly string[]): Promise<void> {
    const destination = convertingDestination('lake')
    const [DatabaseName = '', TableName = ''] = table.split('.')
    const query = `{${keys.map((key) => `${key}:.${key}`).join(',')}}`
    await this.bridge.client.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: name,
        ExtendedS3DestinationConfiguration: {
          ...destination,
          Prefix: `${name}/${keys.map((key) => `${key}=!{partitionKeyFromQuery:${key}}/`).join('')}`,
          ErrorOutputPrefix: `errors/${name}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
          ProcessingConfiguration: {
            Enabled: true,
            Processors: destination.ProcessingConfiguration?.Processors?.map((processor) =>
              processor.Type === 'MetadataExtraction'
                ? {
                    ...processor,
                    Parameters: [
                      { ParameterName: 'MetadataExtractionQuery', ParameterValue: query },
                      { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
                    ],
                  }
                : processor,
            ),
          },
          DataFormatConversionConfiguration: {
            ...destination.DataFormatConversionConfiguration,
            SchemaConfiguration: {
              ...destination.DataFormatConversionConfiguration?.SchemaConfiguration,
              DatabaseName,
              TableName,
            },
          },
        },
      }),
    )
  }
}
