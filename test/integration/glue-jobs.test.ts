import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchStopJobRunCommand,
  ConcurrentRunsExceededException,
  CreateDatabaseCommand,
  CreateJobCommand,
  GetJobRunCommand,
  GetTableCommand,
  GlueClient,
  type JobRun,
  StartJobRunCommand,
} from '@aws-sdk/client-glue'
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { glue } from '#local/engines/glue.ts'
import { localstack } from '#local/engines/localstack.ts'
import { installSpark } from '#local/engines/spark.ts'
import { portFor } from '#local/ports.ts'
import { eventually, marked } from '#local/process.ts'

const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-glue-')) }
const access = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
const catalogue = 'spark.sql.catalog.glue_catalog'
const iceberg = {
  '--datalake-formats': 'iceberg',
  '--conf': [
    'spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
    `${catalogue}=org.apache.iceberg.spark.SparkCatalog`,
    `${catalogue}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog`,
    `${catalogue}.io-impl=org.apache.iceberg.aws.s3.S3FileIO`,
    `${catalogue}.warehouse=s3://lake/`,
  ].join(' --conf '),
}

/** Writes Parquet and reads it again, copies it into an Iceberg table, and asks the table. */
const transfer = `
import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

options = getResolvedOptions(sys.argv, ["JOB_NAME", "table"])
spark = SparkSession.builder.getOrCreate()
rows = spark.range(100).selectExpr("id", "id % 4 as venue", "timestamp_ntz'2026-11-20 10:00:00.123456' as at")
rows.write.partitionBy("venue").parquet("s3://lake/bronze/")
read = spark.read.parquet("s3://lake/bronze/venue=1/")
read.writeTo(options["table"]).using("iceberg").tableProperty("location", "s3://lake/silver/rows").create()
counted = spark.sql(f"select count(*), max(at) from {options['table']}").collect()[0]
print(spark.version, sys.version_info[:2], spark.conf.get("spark.sql.session.timeZone"), counted[0], counted[1])
`

/** Says that it runs, and goes on for ever. */
const endless = `
import time
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate()
print("runs", flush=True)
time.sleep(600)
`

/** Says what it finds of an earlier run, and leaves as much behind as it can. */
const careless = `
import os
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
found = [table.name for table in spark.catalog.listTables()]
print("found", found, spark.conf.get("spark.sql.shuffle.partitions"), "java", os.environ["PYSPARK_GATEWAY_PORT"])
spark.range(3).cache().createOrReplaceTempView("left")
spark.range(3).write.saveAsTable("kept")
spark.conf.set("spark.sql.shuffle.partitions", "1")
`

let client: GlueClient
let s3: S3Client

beforeAll(async () => {
  await installSpark()
  for (const part of ['kafka', 'elasticache', 'msk']) await portFor(place.home, part)
  const endpoint = await localstack.start(place)
  client = new GlueClient({ ...access, endpoint: await glue.start(place), maxAttempts: 1 })
  s3 = new S3Client({ ...access, endpoint, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'lake' }))
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'silver' } }))
  await define('transfer', transfer, iceberg)
  await define('endless', endless)
})

afterAll(async () => {
  client?.destroy()
  s3?.destroy()
  await glue.stop(place)
  await localstack.stop(place)
  rmSync(place.home, { recursive: true, force: true })
})

async function define(name: string, script: string, DefaultArguments: Record<string, string> = {}): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: `jobs/${name}.py`, Body: script }))
  await client.send(
    new CreateJobCommand({
      Name: name,
      Role: 'arn:aws:iam::000000000000:role/job',
      Command: { Name: 'glueetl', ScriptLocation: `s3://lake/jobs/${name}.py` },
      GlueVersion: '5.1',
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      DefaultArguments,
    }),
  )
}

async function start(job: string, given: Record<string, string> = {}): Promise<string> {
  const { JobRunId = '' } = await client.send(new StartJobRunCommand({ JobName: job, Arguments: given }))
  return JobRunId
}

async function described(job: string, run: string): Promise<JobRun> {
  const { JobRun = {} } = await client.send(new GetJobRunCommand({ JobName: job, RunId: run }))
  return JobRun
}

async function ended(job: string, run: string): Promise<JobRun> {
  const isOver = async () => (await described(job, run)).CompletedOn !== undefined
  expect(await eventually(isOver, 120_000)).toBe(true)
  return described(job, run)
}

const outputOf = (run: string): string => readFileSync(join(place.home, 'data', 'glue', run, 'output.log'), 'utf8')

it('copies Parquet into an Iceberg table, on the versions of Glue 5.1 and in UTC', async () => {
  const run = await start('transfer', { '--table': 'glue_catalog.silver.rows' })
  expect(await ended('transfer', run), outputOf(run)).toMatchObject({ JobRunState: 'SUCCEEDED' })
  expect(outputOf(run)).toContain('3.5.6 (3, 11) UTC 25 2026-11-20 10:00:00.123456')
  const { Table } = await client.send(new GetTableCommand({ DatabaseName: 'silver', Name: 'rows' }))
  expect(Table?.Parameters).toMatchObject({ table_type: 'ICEBERG' })
  const files = await s3.send(new ListObjectsV2Command({ Bucket: 'lake', Prefix: 'silver/rows/data/' }))
  expect(files.KeyCount).toBeGreaterThan(0)
})

it('fails with the last word of the exception, from Python and from Spark', async () => {
  const forgetful = await start('transfer')
  expect(await ended('transfer', forgetful)).toMatchObject({
    JobRunState: 'FAILED',
    ErrorMessage: 'GlueArgumentError: the following arguments are required: --table',
  })
  const second = await start('transfer', { '--table': 'glue_catalog.silver.rows' })
  const { JobRunState, ErrorMessage } = await ended('transfer', second)
  expect(JobRunState).toBe('FAILED')
  expect(ErrorMessage).toMatch(/^AnalysisException: \[PATH_ALREADY_EXISTS\] .*s3:\/\/lake\/bronze/)
})

it('has no Iceberg unless --datalake-formats names it', async () => {
  const script =
    'from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().table("glue_catalog.silver.rows")'
  await define('bare', script, { '--conf': `${catalogue}=org.apache.iceberg.spark.SparkCatalog` })
  const run = await start('bare')
  const { JobRunState, ErrorMessage } = await ended('bare', run)
  expect(JobRunState).toBe('FAILED')
  expect(ErrorMessage).toMatch(/org\.apache\.iceberg\.spark\.SparkCatalog/)
})

it('begins with nothing of the run before it, though that one’s Java goes on', async () => {
  await define('careless', careless)
  const said = []
  for (let time = 0; time < 2; time += 1) {
    const run = await start('careless')
    expect(await ended('careless', run), outputOf(run)).toMatchObject({ JobRunState: 'SUCCEEDED' })
    said.push(/found .*/.exec(outputOf(run))?.[0])
  }
  expect(said[0]).toMatch(/^found \[\] 4 java \d+$/)
  expect(said[1]).toBe(said[0])
})

it('refuses a run too many, and stops one with all its processes', async () => {
  // A Java that was kept is this run's, or gives way to it.
  const run = await start('endless')
  await expect(start('endless')).rejects.toThrow(ConcurrentRunsExceededException)
  const isRunning = async () => (await described('endless', run)).JobRunState === 'RUNNING'
  expect(await eventually(isRunning, 30_000)).toBe(true)
  expect(await eventually(() => outputOf(run).includes('runs'), 60_000)).toBe(true)
  await client.send(new BatchStopJobRunCommand({ JobName: 'endless', JobRunIds: [run] }))
  expect(await ended('endless', run)).toMatchObject({ JobRunState: 'STOPPED' })
  const ofRuns = () => marked(place.home).filter(({ env }) => env.SPARK_HOME !== undefined)
  expect(await eventually(() => ofRuns().length === 0, 5_000)).toBe(true)
})

it('leaves no run behind when it ends', async () => {
  const run = await start('endless')
  expect(await eventually(async () => (await described('endless', run)).JobRunState === 'RUNNING', 30_000)).toBe(true)
  expect(marked(place.home).some(({ env }) => env.SPARK_HOME !== undefined)).toBe(true)
  await glue.stop(place)
  expect(marked(place.home).filter(({ env }) => env.SPARK_HOME !== undefined)).toEqual([])
})
