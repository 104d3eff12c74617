import type { RemovalPolicy } from 'aws-cdk-lib'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Refusal } from '#domain/refusal.ts'
import { dev } from './stages/dev.ts'
import { local } from './stages/local.ts'
import { prod } from './stages/prod.ts'
import { staging } from './stages/staging.ts'

/** Topics on an MSK cluster. */
export interface KafkaSettings {
  readonly kind: 'kafka'
  readonly brokerType: string
  /** One a zone at least: a multiple of the network's zones. */
  readonly brokers: number
  /** Of each broker, GiB. */
  readonly volume: number
  readonly replicationFactor: number
  readonly minInSyncReplicas: number
  /** Most pollers of one mapping, and so invocations at once: as many as partitions at most. */
  readonly pollers: number
  /** How our own clients connect; the cluster itself always asks for IAM over TLS. */
  readonly clients: 'iam' | 'plaintext'
}

/** Topics as Kinesis streams: nothing to pay for while nothing flows. */
export interface KinesisSettings {
  readonly kind: 'kinesis'
}

/** The cold path's sizes and patience. */
export interface LakeSettings {
  /** Firehose writes a file when one of them is reached: at least 64 MB and 60 s, at most 128 MB and 900 s. */
  readonly buffers: { readonly megabytes: number; readonly seconds: number }
  /** How long lake-landing waits for a batch to fill, whole seconds. */
  readonly landingWindow: number
  /** Of the silver job; at least two. */
  readonly workers: number
  /** Tables that one refresh works on at once. */
  readonly concurrency: number
  /** Between two tries for a table that another run holds, whole seconds. */
  readonly leasePause: number
  /** The most that one statement of the API or of an analyst may read, GB. */
  readonly readLimit: number
}

/** What the feeds bring in, and how much of it at once. */
export interface FeedSettings {
  /** Symbols whose trades are taken from Binance, in its spelling. @default none: nothing listens there */
  readonly binance?: readonly string[]
  /** Sources that are asked at times. */
  readonly polls: readonly PollSource[]
  /** Most publishers at once between the queue and the log; at least two. */
  readonly publishers: number
  /** Whether they begin with the deployment; otherwise once somebody switches their schedules on. */
  readonly begun: boolean
}

export type PollSource = 'coingecko' | 'fear_greed' | 'rss' | 'newsapi'

/** What differs from one environment to the next. Constructs read it; none asks for the stage's name to decide. */
export interface StageConfig {
  readonly name: StageName
  /** @default the account and region of the credentials that deploy */
  readonly env?: { readonly account: string; readonly region: string }
  /** What CloudFormation does with data whose resource goes: it destroys only where `mayDeleteData` agrees. */
  readonly dataRemovalPolicy: RemovalPolicy
  /** The stage's own word on data: false keeps it whatever a removal policy says, and protects the kept stacks. */
  readonly mayDeleteData: boolean
  readonly logRetention: RetentionDays
  /** Encrypt with keys of our own; otherwise with those of the services. */
  readonly customerKeys: boolean
  readonly network: { readonly cidr: string; readonly zones: number; readonly flowLogs: boolean }
  readonly transport: KafkaSettings | KinesisSettings
  /** Of each topic: the most consumers that work on it at once. */
  readonly partitions: number
  readonly cache: {
    /** The most that it may hold, GB. The memory alarm stands well below. */
    readonly maximumStorage: number
    /** The most ElastiCache processing units a second; at least 1,000. */
    readonly maximumUnits: number
    readonly clients: 'iam' | 'plaintext'
  }
  readonly lake: LakeSettings
  readonly feeds: FeedSettings
  /** Users log in at the page, which CloudFront serves, and the API admits nobody without a token. */
  readonly login: boolean
  readonly api: {
    readonly accessLogs: boolean
    readonly firewall: boolean
    /** Requests a second, and the burst above it. */
    readonly rate: number
    readonly burst: number
  }
  /** Watch what users lose, and tell somebody. */
  readonly alarms: boolean
  readonly tracing: boolean
}

/** What the command line adds to a stage. */
export interface StageContext {
  readonly stage: StageConfig
  /** host:port of Kafka, where no cluster of ours can be asked. */
  readonly bootstrapBrokers?: string
  /** Who is told of alarms. */
  readonly alarmEmail?: string
  /** http://host:port of a server that stands in for all venues. @default the venues themselves */
  readonly venues?: string
}

export const stageNames = ['local', 'dev', 'staging', 'prod'] as const
export type StageName = (typeof stageNames)[number]

const stages: Readonly<Record<StageName, StageConfig>> = { local, dev, staging, prod }
const choices = 'local, dev, staging or prod'

/**
 * Reads and checks the context of the app (`-c key=value`): stage, account and region, bootstrap_brokers, alarm_email,
 * venues, transport.
 * Throws a Refusal at the first that is wrong, missing, or of no use to the stage.
 */
export function readContext(get: (key: string) => unknown): StageContext {
  const text = (key: string) => readText(key, get(key))
  const name = text('stage')
  if (name === undefined) throw new Refusal(`No stage is given: add -c stage=… with ${choices}.`)
  if (!isStageName(name)) throw new Refusal(`There is no stage "${name}": -c stage takes ${choices}.`)
  const stage = onTransport(stages[name], text('transport'))
  const bootstrapBrokers = readBrokers(stage, text('bootstrap_brokers'))
  const alarmEmail = readEmail(stages[name], text('alarm_email'))
  const venues = readVenues(stages[name], text('venues'))
  return {
    stage: inEnvironment(stage, text('account'), text('region')),
    ...(bootstrapBrokers && { bootstrapBrokers }),
    ...(alarmEmail && { alarmEmail }),
    ...(venues && { venues }),
  }
}

const isStageName = (name: string): name is StageName => stageNames.some((known) => known === name)

function readText(key: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '') return value
  throw new Refusal(`The context "${key}" is not a text: give it as -c ${key}=….`)
}

function inEnvironment(stage: StageConfig, account: string | undefined, region: string | undefined): StageConfig {
  if (account === undefined && region === undefined) return stage
  if (stage.env) {
    throw new Refusal(`Stage ${stage.name} has an account and region of its own: leave out -c account and -c region.`)
  }
  if (account === undefined || region === undefined) {
    throw new Refusal(
      'An account needs a region, and a region an account: give both -c account and -c region, or neither.',
    )
  }
  if (!/^\d{12}$/.test(account))
    throw new Refusal(`"${account}" is not an AWS account: -c account takes its twelve digits.`)
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new Refusal(`"${region}" is not an AWS region: -c region takes a name such as eu-central-1.`)
  }
  return { ...stage, env: { account, region } }
}

/** Stage local runs on either log; what a stage on AWS has its topics on stands in its own file. */
function onTransport(stage: StageConfig, transport: string | undefined): StageConfig {
  if (transport === undefined) return stage
  if (stage.name !== 'local') {
    throw new Refusal(`Stage ${stage.name} has its topics on ${stage.transport.kind}: leave out -c transport.`)
  }
  if (transport === stage.transport.kind) return stage
  if (transport === 'kinesis') return { ...stage, transport: { kind: 'kinesis' } }
  throw new Refusal(`"${transport}" is no transport: -c transport takes kafka or kinesis.`)
}

function readBrokers(stage: StageConfig, brokers: string | undefined): string | undefined {
  const wanted = stage.transport.kind === 'kafka' && stage.transport.clients === 'plaintext'
  if (!wanted && brokers !== undefined) {
    throw new Refusal(`Stage ${stage.name} finds its own brokers: leave out -c bootstrap_brokers.`)
  }
  if (wanted && brokers === undefined) {
    throw new Refusal(`Stage ${stage.name} needs to know its Kafka: add -c bootstrap_brokers=host:port.`)
  }
  if (brokers !== undefined && !/^[\w.-]+:\d{1,5}(,[\w.-]+:\d{1,5})*$/.test(brokers)) {
    throw new Refusal(
      `"${brokers}" names no Kafka: -c bootstrap_brokers takes host:port, or several with commas between.`,
    )
  }
  return brokers
}

function readEmail(stage: StageConfig, email: string | undefined): string | undefined {
  if (email === undefined) return undefined
  if (!stage.alarms) throw new Refusal(`Stage ${stage.name} has no alarms to send: leave out -c alarm_email.`)
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw new Refusal(`"${email}" is not an email address: -c alarm_email takes one such as desk@example.com.`)
  }
  return email
}

function readVenues(stage: StageConfig, venues: string | undefined): string | undefined {
  if (venues === undefined) return undefined
  if (stage.name !== 'local') {
    throw new Refusal(
      `Stage ${stage.name} hears the venues themselves: leave out -c venues, which leads stage local to stand-ins.`,
    )
  }
  if (!/^http:\/\/[\w.-]+:\d{1,5}$/.test(venues)) {
    throw new Refusal(`"${venues}" names no server: -c venues takes one such as http://127.0.0.1:8080.`)
  }
  return venues
}
