import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { jsonOf } from '#domain/json.ts'
import { Refusal } from '#domain/refusal.ts'

/** The clone's root folder. */
export const repository = resolve(import.meta.dirname, '..')

const State = z.object({
  /** Port of each part, by part. Chosen once and kept, because what is deployed holds them. */
  ports: z.record(z.string(), z.number().int()).default({}),
  /** What stands in LocalStack: the digest of the synthesised app, in which LocalStack, and every stack's outputs. */
  deployed: z
    .object({
      digest: z.string(),
      localstack: z.string(),
      outputs: z.record(z.string(), z.record(z.string(), z.string())),
    })
    .optional(),
  /** The LocalStack that was prepared for deployments. */
  bootstrapped: z.string().optional(),
  /** The LocalStack in which a deployment failed. It keeps the new template and calls the stack whole afterwards. */
  spoiled: z.string().optional(),
  /** What the topics stand on. */
  transport: z.enum(['kafka', 'kinesis']).optional(),
  /** Who speaks for the venues. */
  outside: z.enum(['real', 'stand-in']).optional(),
  api: z.string().optional(),
  page: z.string().optional(),
})

/** What one platform on this machine remembers between commands; `state.json` in its home. */
export type State = z.infer<typeof State>

/** Where this platform keeps everything: `$LODESTREAM_HOME`, or `.lodestream` in the clone. Absolute. */
export function platformHome(): string {
  return resolve(process.env.LODESTREAM_HOME || join(repository, '.lodestream'))
}

/** Where downloads live, shared by all clones: `$XDG_CACHE_HOME/lodestream`, or `~/.cache/lodestream`. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lodestream')
}

/** The state of the platform at `home`; an empty one where nothing was ever started. */
export function loadState(home: string = platformHome()): State {
  const text = readIfThere(join(home, 'state.json'))
  if (text === undefined) return { ports: {} }
  const parsed = State.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  throw new Refusal(`${home}/state.json cannot be read as the platform's state: remove it, then run lodestream up.`)
}

/** Applies `change` to the state and writes it whole, so that a reader never sees half of it. */
export function updateState(home: string, change: (state: State) => void): void {
  const state = loadState(home)
  change(state)
  mkdirSync(home, { recursive: true })
  const partial = join(home, `state.json.${process.pid}`)
  writeFileSync(partial, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(partial, join(home, 'state.json'))
}

/** The addresses of a running platform. */
export interface Endpoints {
  /** The log: where its topics stand, and how to reach it. */
  log: { transport: 'kafka'; bootstrap: string } | { transport: 'kinesis'; endpoint: string }
  /** `host:port` of the broker. Throws a Refusal where topics are Kinesis streams. */
  readonly kafka: string
  /** The ElastiCache proxy in front of Redis. */
  redis: { host: string; port: number }
  /** LocalStack's address, for AWS_ENDPOINT_URL. */
  aws: string
  /** Address of the REST API, without a slash at the end. */
  api: string
  /** Address of the live page. */
  page: string
}

/** Where everything is. Throws a Refusal while the platform at `home` has not been brought up whole. */
export function endpoints(home: string = platformHome()): Endpoints {
  const { ports, transport = 'kafka', api, page } = loadState(home)
  const { kafka, kinesis, elasticache, localstack } = ports
  if (!elasticache || !localstack || !api || !page) {
    throw new Refusal(`The platform in ${home} is not up, so it has no addresses yet: run lodestream up first.`)
  }
  return {
    log:
      transport === 'kafka'
        ? { transport, bootstrap: `127.0.0.1:${kafka}` }
        : { transport, endpoint: `http://127.0.0.1:${kinesis}` },
    get kafka() {
      if (this.log.transport === 'kafka') return this.log.bootstrap
      throw new Refusal(`The platform in ${home} has its topics as Kinesis streams, and no Kafka.`)
    },
    redis: { host: '127.0.0.1', port: elasticache },
    aws: `http://127.0.0.1:${localstack}`,
    api,
    page,
  }
}

/** The text of a file, or undefined where there is none. Other errors are thrown. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Whether a file system call failed because there is no such file or process. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
}
