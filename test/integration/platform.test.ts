import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InvokeCommand, LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import { Admin } from '@platformatic/kafka'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, logFile, marked, runningPart } from '#local/process.ts'
import { loadState, repository } from '#local/state.ts'
import { statusOf } from '#local/status.ts'
import { bringDown, planUp, type Up } from '#local/up.ts'

/** One platform with a small app of its own: what `up` does for any app, without waiting for the whole of ours. */
const root = mkdtempSync(join(tmpdir(), 'lodestream-platform-'))
const home = join(root, 'home')
const app = join(root, 'app')

const template = `
import * as cdk from 'aws-cdk-lib'
import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import * as elasticache from 'aws-cdk-lib/aws-elasticache'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as msk from 'aws-cdk-lib/aws-msk'
const app = new cdk.App()
const stack = new cdk.Stack(app, 'Small', { env: { account: '000000000000', region: 'us-east-1' } })
const brokers = { instanceType: 'kafka.t3.small', clientSubnets: ['subnet-1'] }
const cluster = new msk.CfnCluster(stack, 'Cluster', { clusterName: 'small', kafkaVersion: '3.9.x', numberOfBrokerNodes: 2, brokerNodeGroupInfo: brokers })
const configs = Buffer.from('message.timestamp.type=LogAppendTime\\nmin.insync.replicas=2\\n').toString('base64')
const topic = new msk.CfnTopic(stack, 'Topic', { clusterArn: cluster.attrArn, topicName: 'ticks', partitionCount: 3, replicationFactor: 3, configs })
const cache = new elasticache.CfnServerlessCache(stack, 'Cache', { engine: 'valkey', serverlessCacheName: 'small' })
const environment = { REDIS: cache.attrEndpointAddress + ':' + cache.attrEndpointPort }
const fn = new lambda.Function(stack, 'Function', { functionName: 'small', runtime: lambda.Runtime.NODEJS_24_X, handler: 'index.handler', code: lambda.Code.fromAsset('fn'), timeout: cdk.Duration.seconds(2), environment })
const mapping = new lambda.CfnEventSourceMapping(stack, 'Mapping', { functionName: fn.functionName, eventSourceArn: cluster.attrArn, topics: ['ticks'], startingPosition: 'TRIM_HORIZON', batchSize: 500, amazonManagedKafkaEventSourceConfig: { consumerGroupId: 'small-ticks' } })
mapping.node.addDependency(topic)
const api = new apigateway.LambdaRestApi(stack, 'Api', { handler: fn, cloudWatchRole: false })
new cdk.CfnOutput(stack, 'ApiUrl', { value: api.url })
if (process.env.EXTRA_TYPE) new cdk.CfnResource(stack, 'Extra', { type: process.env.EXTRA_TYPE })
`

const handler = `
export const handler = async (event) => {
  if (event.print) console.error(event.print)
  if (event.sleep) await new Promise((resolve) => setTimeout(resolve, event.sleep))
  if (event.httpMethod) return { statusCode: 200, body: JSON.stringify({ path: event.path }) }
  return { pid: process.pid, redis: process.env.REDIS, endpoint: process.env.AWS_ENDPOINT_URL }
}
`

async function bringUp(): Promise<Up> {
  const { plan, result } = await planUp(home, { app, page: false })
  await plan.run()
  return result
}

/** Invokes the small function by the real API. */
async function invoke(event: unknown): Promise<{ answer: Record<string, unknown>; error: string | undefined }> {
  const lambda = client()
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: 'small', Payload: Buffer.from(JSON.stringify(event)) }),
  )
  lambda.destroy()
  return { answer: JSON.parse(Buffer.from(Payload ?? '{}').toString()), error: FunctionError }
}

function client(): LambdaClient {
  return new LambdaClient({
    endpoint: `http://127.0.0.1:${loadState(home).ports.localstack}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

let up: Up

beforeAll(async () => {
  mkdirSync(join(app, 'fn'), { recursive: true })
  symlinkSync(join(repository, 'node_modules'), join(app, 'node_modules'))
  writeFileSync(join(app, 'package.json'), '{"type":"module"}')
  writeFileSync(join(app, 'cdk.json'), '{"app":"node app.ts"}')
  writeFileSync(join(app, 'app.ts'), template)
  writeFileSync(join(app, 'fn', 'index.mjs'), handler)
  up = await bringUp()
})

afterAll(async () => {
  await bringDown(home)
  rmSync(root, { recursive: true, force: true })
})

describe('what is deployed', () => {
  it('answers through the REST API', async () => {
    const response = await fetch(`${up.api}/prices/latest`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ path: '/prices/latest' })
  })

  it('finds the cache and AWS by what CloudFormation and the executor gave it', async () => {
    const { ports } = loadState(home)
    expect((await invoke({})).answer).toMatchObject({
      redis: `127.0.0.1:${ports.elasticache}`,
      endpoint: `http://127.0.0.1:${ports.localstack}`,
    })
  })

  it('has a real topic, with settings that a single broker can keep', async () => {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${loadState(home).ports.kafka}`] })
    const { topics } = await admin.metadata({ topics: ['ticks'] })
    expect(topics.get('ticks')?.partitionsCount).toBe(3)
    const [description] = await admin.describeConfigs({ resources: [{ resourceType: 2, resourceName: 'ticks' }] })
    const settings = new Map(description?.configs.map(({ name, value }) => [name, value]))
    expect(settings.get('message.timestamp.type')).toBe('LogAppendTime')
    expect(settings.get('min.insync.replicas')).toBe('1')
    await admin.close()
  })

  it('has the mapping as CloudFormation made it, for the event source bridge to find', async () => {
    const lambda = client()
    const found = await lambda.send(new ListEventSourceMappingsCommand({}))
    expect(found.EventSourceMappings).toMatchObject([
      { Topics: ['ticks'], BatchSize: 500, AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'small-ticks' } },
    ])
    lambda.destroy()
  })
})

describe('a function', () => {
  it('that takes too long is killed, and the next invocation has another process', async () => {
    const before = (await invoke({})).answer.pid
    const { answer, error } = await invoke({ sleep: 60_000 })
    expect(error).toBe('Unhandled')
    expect(answer.errorMessage).toContain('Task timed out after 2.00 seconds')
    expect((await invoke({})).answer.pid).not.toBe(before)
  })

  it('has as many processes as concurrent invocations', async () => {
    const answers = await Promise.all(Array.from({ length: 3 }, () => invoke({ sleep: 500 })))
    expect(new Set(answers.map(({ answer }) => answer.pid)).size).toBe(3)
  })

  it('writes to its log, standard error too', async () => {
    await invoke({ print: 'something went wrong' })
    expect(readFileSync(logFile(home, 'lambda-small'), 'utf8')).toContain('something went wrong\n')
  })
})

it('listens on loopback alone, in every process', () => {
  const pids = marked(home).map(({ pid }) => pid)
  expect(pids.length).toBeGreaterThan(5)
  const inodes = new Set(pids.flatMap(socketsOf))
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
      .map(([, address]) => address?.split(':')[0] ?? ''),
  )
  expect(listening.length).toBeGreaterThan(5)
  // 127.0.0.1, the same within IPv6 as Java binds it, and ::1, as the kernel writes them.
  const loopback = /^(0100007F|0000000000000000FFFF00000100007F|00000000000000000000000001000000)$/
  expect(listening.filter((address) => !loopback.test(address))).toEqual([])
})

it('changes nothing when brought up twice', async () => {
  const parts = ['kafka', 'redis', 'elasticache', 'localstack', 'msk', 'kafka-event-source']
  const before = parts.map((name) => runningPart(home, name)?.pid)
  const deployed = readFileSync(logFile(home, 'deploy'), 'utf8')
  expect(await bringUp()).toEqual(up)
  expect(parts.map((name) => runningPart(home, name)?.pid)).toEqual(before)
  expect(readFileSync(logFile(home, 'deploy'), 'utf8')).toBe(deployed)
})

it('starts a part again that died, and only that', async () => {
  const localstack = runningPart(home, 'localstack')?.pid
  const msk = runningPart(home, 'msk')
  if (!msk) throw new Error('the MSK bridge does not run')
  process.kill(msk.pid, 'SIGKILL')
  expect(await eventually(() => runningPart(home, 'msk') === undefined, 5_000)).toBe(true)
  expect((await statusOf(home)).engines.find(({ name }) => name === 'msk')?.state).toBe('dead')
  await bringUp()
  expect(runningPart(home, 'msk')?.pid).not.toBe(msk.pid)
  expect(runningPart(home, 'localstack')?.pid).toBe(localstack)
})

it('tells scripts where everything is and what it takes', async () => {
  const cli = promisify(execFile)(join(repository, 'bin', 'lodestream.ts'), ['status', '--json'], {
    env: { ...process.env, LODESTREAM_HOME: home, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` },
  })
  const { api, page, engines } = JSON.parse((await cli).stdout)
  expect({ api, page }).toEqual({ api: up.api, page: null })
  const kafka = engines.find(({ name }: { name: string }) => name === 'kafka')
  expect(kafka).toMatchObject({ name: 'kafka', state: 'running', pid: runningPart(home, 'kafka')?.pid })
  expect(kafka.memory_mb).toBeGreaterThan(100)
  expect(engines.filter(({ name }: { name: string }) => name === 'lambda-small')).not.toHaveLength(0)
})

it('deploys anew where the catalogue died, which remembered what was deployed', async () => {
  const localstack = runningPart(home, 'localstack')?.pid
  const catalogue = runningPart(home, 'glue')
  if (!catalogue) throw new Error('the Glue catalogue does not run')
  process.kill(catalogue.pid, 'SIGKILL')
  expect(await eventually(() => runningPart(home, 'glue') === undefined, 5_000)).toBe(true)
  expect((await bringUp()).api).not.toBe('')
  expect(runningPart(home, 'localstack')?.pid).not.toBe(localstack)
  expect(runningPart(home, 'glue')).toBeDefined()
})

it('fails the deployment of a type that LocalStack would only pretend to create', async () => {
  process.env.EXTRA_TYPE = 'AWS::MSK::Replicator'
  try {
    await expect(bringUp()).rejects.toThrow(/AWS::MSK::Replicator/)
  } finally {
    delete process.env.EXTRA_TYPE
  }
})

it('leaves nothing running when brought down, and keeps what it knew for the next time', async () => {
  const ports = loadState(home).ports
  expect(await bringDown(home)).toEqual(expect.arrayContaining(['kafka', 'localstack', 'redis']))
  expect(marked(home)).toEqual([])
  expect(loadState(home)).toEqual({ ports, transport: 'kafka', outside: expect.any(String) })
  expect(readdirSync(join(home, 'data'))).toContain('kafka')
  expect(await bringDown(home, { deleteData: true })).toEqual([])
  expect(readdirSync(home)).not.toContain('data')
  expect(loadState(home).transport).toBeUndefined()
})

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`)
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []
  })
}
