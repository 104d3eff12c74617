import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { logFile } from './process.ts'
import { cacheFolder, readIfThere, repository } from './state.ts'

/** Account and region of everything in LocalStack. */
export const account = '000000000000'
export const region = 'us-east-1'

/** The environment in which an AWS client or the CDK reaches LocalStack and nothing else. */
export function awsEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: region,
    CDK_DISABLE_VERSION_CHECK: '1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  }
}

/** What to synthesise. `app` is the folder of a cdk.json; default: this repository. */
export interface App {
  readonly folder?: string
  readonly context: Readonly<Record<string, string>>
}

/** Synthesises the app into `cdk.out` of the platform's home; answers the digest of all that it would deploy. */
export async function synthesise(home: string, { folder = repository, context }: App): Promise<string> {
  const words = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`])
  await cdk(home, 'synth', ['synth', '--quiet', '--output', assembly(home), ...words], {}, folder)
  return digest(assembly(home))
}

/**
 * Prepares LocalStack for deployments: of what `cdk bootstrap` creates, the two things that a deployment looks at. The
 * roles, the key and the image repository would cost 10 s and nothing here asks for them.
 */
export async function bootstrap(endpoint: string): Promise<void> {
  await call(`${endpoint}/cdk-hnb659fds-assets-${account}-${region}`, 's3', { method: 'PUT' })
  const parameter = {
    Name: '/cdk-bootstrap/hnb659fds/version',
    Value: bootstrapVersion,
    Type: 'String',
    Overwrite: true,
  }
  await call(endpoint, 'ssm', {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.PutParameter' },
    body: JSON.stringify(parameter),
  })
}

/** Of the bootstrap resources; deployments of today's CDK ask for at least 6. */
const bootstrapVersion = '30'

async function call(url: string, service: string, request: RequestInit): Promise<void> {
  const credential = `Credential=test/20260101/${region}/${service}/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`
  const response = await fetch(url, { ...request, headers: { ...request.headers, authorization } })
  const said = await response.text()
  if (!response.ok) throw new Refusal(`LocalStack cannot be prepared for deployments: ${service} answered ${said}`)
}

const Outputs = z.record(z.string(), z.record(z.string(), z.string()))

/** Deploys every stack of the synthesised app; answers each stack's outputs. */
export async function deploy(home: string, endpoint: string): Promise<z.infer<typeof Outputs>> {
  const outputs = join(home, 'outputs.json')
  const how = ['--require-approval', 'never', '--concurrency', '4', '--outputs-file', outputs]
  await cdk(home, 'deploy', ['deploy', '--all', '--app', assembly(home), ...how], awsEnvironment(endpoint), home)
  // LocalStack calls a failed update a failed creation, which the CDK takes for no failure at all.
  const log = logFile(home, 'deploy')
  if (/\b(CREATE|UPDATE|DELETE)_FAILED\b/.test(readFileSync(log, 'utf8'))) throw failure('deploy', log)
  return Outputs.parse(JSON.parse(readFileSync(outputs, 'utf8')))
}

/** Deletes every stack of the app that was synthesised last; what a stage keeps on purpose stays. */
export async function destroy(home: string, endpoint: string): Promise<void> {
  const words = ['destroy', '--all', '--force', '--app', assembly(home)]
  await cdk(home, 'destroy', words, awsEnvironment(endpoint), home)
  const log = logFile(home, 'destroy')
  if (/\bDELETE_FAILED\b/.test(readFileSync(log, 'utf8'))) throw failure('destroy', log)
}

/** Where a REST API of LocalStack answers, from its `ApiUrl` output, whose host name no resolver knows. */
export function reachableApi(apiUrl: string, endpoint: string): string {
  const { hostname, pathname } = new URL(apiUrl)
  const id = hostname.split('.')[0]
  return `${endpoint}/_aws/execute-api/${id}${pathname.replace(/\/$/, '')}`
}

function assembly(home: string): string {
  return join(home, 'cdk.out')
}

async function cdk(
  home: string,
  task: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<void> {
  mkdirSync(join(home, 'logs'), { recursive: true })
  const log = openSync(logFile(home, task), 'w')
  const program = join(repository, 'node_modules', 'aws-cdk', 'bin', 'cdk')
  const timers = ['--import', join(repository, 'local', 'impatient-timers.ts')]
  const child = spawn(process.execPath, [...timers, program, ...words, '--no-color', '--ci', '--no-notices'], {
    cwd: folder,
    stdio: ['ignore', log, log],
    // The app itself runs as `node bin/app.ts`: it must find this Node.js, not another of the machine.
    env: {
      ...process.env,
      ...env,
      PATH: `${join(process.execPath, '..')}:${process.env.PATH}`,
      NODE_COMPILE_CACHE: join(cacheFolder(), 'node-compile'),
    },
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve)
  })
  closeSync(log)
  if (code !== 0) throw failure(task, logFile(home, task))
}

function failure(task: string, log: string): Refusal {
  return new Refusal(`cdk ${task} failed: ${reason(log)} (all of it: lodestream logs ${task})`)
}

/** The lines of a CDK log that say what went wrong, as one. */
function reason(log: string): string {
  const lines = (readIfThere(log) ?? '').split('\n').map((line) => line.trim())
  const telling = lines.filter((line) =>
    /_FAILED .*AWS::(?!CloudFormation::Stack)|rror:|nsupported|failed:|not found|Sorry,/.test(line),
  )
  return (telling.length > 0 ? telling.slice(0, 4) : lines.filter(Boolean).slice(-3)).join(' / ') || 'it said nothing'
}

/** The templates, and the manifests that name each asset by the digest of its content. */
function digest(folder: string): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) {
    if (/\.(template|assets)\.json$/.test(file)) hash.update(readFileSync(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 16)
}
