import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { invokeFunction } from '#adapters/lambda/invoke-function.ts'
import { topics } from '#domain/events/events.ts'
import { Refusal } from '#domain/refusal.ts'
import { bootstrap, deploy, reachableApi, synthesise } from './cdk.ts'
import { localstack, localstackGrace } from './engines/localstack.ts'
import { redis } from './engines/redis.ts'
import { installSpark } from './engines/spark.ts'
import { run } from './installs.ts'
import { forgetLake, inMemory, lakePartNames, startGlue, startLakeBridges, startTrino } from './lake-parts.ts'
import { planLog } from './log-parts.ts'
import { type Outside, outsideOf, startVenues } from './outside.ts'
import { Plan } from './plan.ts'
import { portFor } from './ports.ts'
import { answers, becomeReady, ensure, killMarked, recordedParts, runningPart, stopPart } from './process.ts'
import { beginFeeds } from './schedules.ts'
import { loadState, repository, updateState } from './state.ts'
import { chooseTransport, forgetTransport, logParts, type Transport } from './transport.ts'

/** What `up` answers: where a user and a script find the platform. */
export interface Up {
  readonly api: string
  readonly page: string
  /** Every stack's outputs. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** What `planUp` answers. */
export interface PlannedUp {
  /** Brings up all that the page needs. */
  readonly plan: Plan
  readonly result: Promise<Up>
  /** To run after it: the feeds, and the batch engines, which would only slow it down. What is asked of them before waits for them. */
  readonly batch: Plan
}

/** What may differ between platforms. */
export interface UpOptions {
  /** The folder of the CDK app's cdk.json. Default: this repository. */
  readonly app?: string
  /** Whether the live page is built and served. Default: true. */
  readonly page?: boolean
  /** What topics stand on. Default: as before; at first Kafka. */
  readonly transport?: Transport
  /** Who speaks for the venues. Default: as before; at first they themselves, where they can be reached. */
  readonly outside?: Outside
  /** Whether the feeds begin, once what they fill is up. Default: true. */
  readonly feeds?: boolean
}

/** The parts of the platform in the order in which a reader expects them; Lambdas come after. */
export const partNames = [
  ...['kafka', 'kinesis', 'redis', 'elasticache', 'localstack', 'msk', 'kafka-event-source'],
  ...lakePartNames,
  'venues',
  'page',
]

/**
 * The steps that bring the platform at `home` up, and what they lead to. What runs already is kept; what died is
 * started again; what is deployed is deployed again only when the app or LocalStack is another.
 */
export async function planUp(home: string, options: UpOptions = {}): Promise<PlannedUp> {
  mkdirSync(home, { recursive: true })
  const transport = chooseTransport(home, options.transport)
  // All ports before any start, since what starts at once needs one another's. One after the other: they share a file.
  const ports: Record<string, number> = {}
  const others = ['redis', 'elasticache', 'localstack', 'venues', 'page', ...lakePartNames]
  for (const part of [...logParts[transport], ...others]) {
    ports[part] = await portFor(home, part)
  }
  await endSpoiledLocalstack(home)
  if (!runningPart(home, localstack.name)) await forgetLake(home)
  const outside = await outsideOf(home, options.outside)
  const aws = `http://127.0.0.1:${ports.localstack}`
  const plan = new Plan()

  const log = planLog(plan, home, transport)
  const redisUp = plan.step('Redis, as ElastiCache Serverless', [], (report) => redis.start({ home, report }))
  const localstackUp = plan.step('LocalStack, as AWS', [], (report) => localstack.start({ home, report }))
  const glueUp = plan.step('Glue catalogue', [], (report) => startGlue(home, report))
  const bridged = plan.step('Firehose, Athena and Scheduler bridges', [], () => startLakeBridges(home))
  const synthesised = plan.step('CDK app synthesised', [], () => {
    const venues = outside === 'stand-in' ? { venues: `http://127.0.0.1:${ports.venues}` } : {}
    const context = { stage: 'local', ...log.context, ...venues }
    return synthesise(home, options.app === undefined ? { context } : { folder: options.app, context })
  })
  if (outside === 'stand-in') plan.step('Stand-ins for the venues', [], () => startVenues(home))
  const built = options.page === false ? undefined : plan.step('Live page built', [], () => buildPage(home))
  const prepared = plan.step('LocalStack bootstrapped', [localstackUp, log.up], () =>
    bootstrapOnce(home, aws, log.prepare),
  )
  const deployed = plan.step(
    'Stacks deployed',
    [synthesised, prepared, log.ready, redisUp, glueUp, bridged],
    async (report) => deployOnce(home, aws, await synthesised, report),
  )
  const consumed = log.consume(prepared, deployed, options.app ? 0 : topics.length * consumers)
  const begun = plan.step('Hot state begun', [deployed, redisUp], async () =>
    beginHotState(aws, (await deployed).outputs),
  )
  const paged = built
    ? plan.step('Live page', [built, deployed], () => startPage(home, Number(ports.page)))
    : Promise.resolve('')
  const result = Promise.all([deployed, paged, consumed, begun]).then(([{ api, outputs }, page]) => ({
    api,
    page,
    outputs,
  }))
  // The steps report their own failures.
  result.catch(() => undefined)
  const batch = new Plan()
  if (options.app === undefined && options.feeds !== false) batch.step('Feeds begun', [], () => beginFeeds(aws))
  batch.step('Trino, as Athena', [], (report) => startTrino(home, report))
  batch.step('Spark, for Glue jobs', [], (report) => installSpark(report))
  return { plan, result, batch }
}

/** Functions that read every topic: hot-metrics and lake-landing. */
const consumers = 2

/** Ends a LocalStack in which a deployment failed, or that outlived what else its deployment stands in. */
async function endSpoiledLocalstack(home: string): Promise<void> {
  const running = identityOfLocalstack(home)
  if (!running) return
  const { spoiled, deployed } = loadState(home)
  const isBereft = deployed?.localstack === running && inMemory.some((name) => !runningPart(home, name))
  if (spoiled === running || isBereft) await localstack.stop({ home })
}

/**
 * How long a part may take to end, ms, where that is not 20 s. LocalStack has nothing to save; what Firehose has not
 * delivered it keeps in files; Trino and the catalogue hold nothing that outlives LocalStack.
 */
const graces: ReadonlyMap<string, number> = new Map([
  [localstack.name, localstackGrace],
  ['firehose', localstackGrace],
  ['glue', localstackGrace],
  ['trino', localstackGrace],
])

/** Ends everything that runs at `home`, Lambda processes included, and nothing else. Answers what was running. */
export async function bringDown(home: string, { deleteData = false } = {}): Promise<string[]> {
  const names = recordedParts(home)
  const wasRunning = names.filter((name) => runningPart(home, name))
  // First what takes from the others, so that it can still finish: a commit, a write.
  await stopPart(home, 'kafka-event-source')
  await Promise.all(names.map((name) => stopPart(home, name, graces.get(name) ?? 20_000)))
  await killMarked(home)
  if (existsSync(join(home, 'state.json'))) {
    updateState(home, (state) => {
      delete state.api
      delete state.page
      delete state.deployed
      delete state.bootstrapped
      delete state.spoiled
    })
  }
  if (deleteData) {
    for (const folder of ['data', 'logs', 'cdk.out', 'page', 'run']) remove(home, folder)
    if (existsSync(join(home, 'state.json'))) forgetTransport(home)
  }
  return wasRunning
}

function remove(home: string, folder: string): void {
  rmSync(join(home, folder), { recursive: true, force: true })
}

/** Begins the state of every partition now, as the schedule would within a minute; until then readers are told that it is missing. */
async function beginHotState(aws: string, outputs: Up['outputs']): Promise<void> {
  const [name] = Object.values(outputs).flatMap((stack) => stack.HotRebuildFunction ?? [])
  if (name) await invokeFunction(name, {}, { endpoint: aws })
}

async function buildPage(home: string): Promise<void> {
  const script = join(repository, 'dashboards', 'live', 'build.ts')
  await run(process.execPath, [script, join(home, 'page')], 'Building the live page')
}

async function startPage(home: string, port: number): Promise<string> {
  const api = loadState(home).api
  if (!api) throw new Error('the page starts after the API is deployed')
  const page = `http://127.0.0.1:${port}`
  const part = await ensure(home, {
    name: 'page',
    command: [process.execPath, join(repository, 'local', 'bridges', 'page.ts')],
    env: { PORT: `${port}`, API_URL: api, PAGE_ROOT: join(home, 'page') },
  })
  await becomeReady(home, part, () => answers(`${page}/`), 30_000)
  updateState(home, (state) => {
    state.page = page
  })
  return page
}

async function bootstrapOnce(home: string, aws: string, prepare: () => Promise<void>): Promise<void> {
  const which = localstackIdentity(home)
  if (loadState(home).bootstrapped === which) return
  await prepare()
  await bootstrap(aws)
  updateState(home, (state) => {
    state.bootstrapped = which
  })
}

async function deployOnce(home: string, aws: string, digest: string, report: (doing: string) => void) {
  const which = localstackIdentity(home)
  const { deployed, api } = loadState(home)
  if (api && deployed?.digest === digest && deployed.localstack === which) return { api, outputs: deployed.outputs }
  report('cdk deploy --all')
  // Until it has succeeded, the next `up` must begin from a fresh LocalStack. Topics are in the log, and stay.
  updateState(home, (state) => {
    state.spoiled = which
  })
  const outputs = await deploy(home, aws)
  const apiUrl = Object.values(outputs).flatMap((stack) => stack.ApiUrl ?? [])[0]
  if (!apiUrl) throw new Refusal('No stack of the CDK app has the output ApiUrl, so nobody knows where the API is.')
  const reachable = reachableApi(apiUrl, aws)
  updateState(home, (state) => {
    delete state.spoiled
    state.deployed = { digest, localstack: which, outputs }
    state.api = reachable
  })
  return { api: reachable, outputs }
}

/** LocalStack forgets everything when it ends: what was deployed stands only in the very process it was deployed to. */
function localstackIdentity(home: string): string {
  const identity = identityOfLocalstack(home)
  if (!identity) throw new Refusal('LocalStack ended while it was being prepared: see lodestream logs localstack.')
  return identity
}

function identityOfLocalstack(home: string): string | undefined {
  const part = runningPart(home, 'localstack')
  return part && `${part.pid}:${part.identity}`
}
