import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { logFile } from './process.ts'
import { readIfThere, repository } from './state.ts'

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

/** Prepares LocalStack for deployments: the bucket of their assets, and their roles. */
export async function bootstrap(home: string, endpoint: string): Promise<void> {
  await cdk(home, 'bootstrap', ['bootstrap', `aws://${account}/${region}`], awsEnvironment(endpoint), home)
}

const Outputs = z.record(z.string(), z.record(z.string(), z.string()))

/** Deploys every stack of the synthesised app; answers each stack's outputs. */
export async function deploy(home: string, endpoint: string): Promise<z.infer<typeof Outputs>> {
  const outputs = join(home, 'outputs.json')
  const how = ['--require-approval', 'never', '--method', 'direct', '--concurrency', '4', '--outputs-file', outputs]
  await cdk(home, 'deploy', ['deploy', '--all', '--app', assembly(home), ...how], awsEnvironment(endpoint), home)
  return Outputs.parse(JSON.parse(readFileSync(outputs, 'utf8')))
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
  const child = spawn(process.execPath, [program, ...words, '--no-color', '--ci'], {
    cwd: folder,
    stdio: ['ignore', log, log],
    // The app itself runs as `node bin/app.ts`: it must find this Node.js, not another of the machine.
    env: { ...process.env, ...env, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` },
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve)
  })
  closeSync(log)
  if (code !== 0) {
    throw new Refusal(`cdk ${task} failed: ${reason(logFile(home, task))} (all of it: lodestream logs ${task})`)
  }
}

/** The lines of a CDK log that say what went wrong, as one. */
function reason(log: string): string {
  const lines = (readIfThere(log) ?? '').split('\n').map((line) => line.trim())
  const telling = lines.filter((line) => /FAILED|rror:|nsupported|failed:|not found|Sorry,/.test(line))
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
