import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { stageNames } from '#lib/stage.ts'
import { type Properties, stageOf, synthesise } from './synthesised.ts'

const onAws = ['dev', 'staging', 'prod'] as const

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
}

const feeds = (name: (typeof stageNames)[number]) => stageOf(name).stack('Feeds')
const functionOf = (name: (typeof stageNames)[number], fn: string): Properties => {
  const found = stageOf(name)
    .all('AWS::Lambda::Function')
    .find(({ Properties }) => Properties?.FunctionName === `lodestream-${name}-${fn}`)
  if (found?.Properties === undefined) throw new Error(`stage ${name} has no ${fn}`)
  return found.Properties
}

/** What a function may do, beside what every function may: write its logs and traces, and stand in a VPC. */
function rightsOf(name: (typeof stageNames)[number], fn: RegExp): readonly string[] {
  const statements = stageOf(name)
    .all('AWS::IAM::Policy')
    .filter(({ id }) => fn.test(id))
    .flatMap(({ Properties }) => {
      const { PolicyDocument } = Properties as { PolicyDocument: { Statement: readonly Statement[] } }
      return PolicyDocument.Statement
    })
    .filter(({ Effect }) => Effect === 'Allow')
  const actions = statements.flatMap(({ Action }) => Action).filter((action) => !/^(logs|xray|ec2):/.test(action))
  return [...new Set(actions)].sort()
}

describe.each(stageNames)('the ingest queue of stage %s', (name) => {
  it('keeps for two weeks, is read over TLS alone, and waits six times as long as the publisher may take', () => {
    const timeout = Number(functionOf(name, 'publisher').Timeout)
    feeds(name).hasResourceProperties('AWS::SQS::Queue', {
      QueueName: `lodestream-${name}-ingest`,
      MessageRetentionPeriod: 1_209_600,
      VisibilityTimeout: 6 * timeout,
      RedrivePolicy: { deadLetterTargetArn: Match.anyValue(), maxReceiveCount: Match.anyValue() },
    })
    feeds(name).allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      }),
    })
  })

  it('gives up a message only after the log has been away for many hours', () => {
    const queues = Object.values(feeds(name).findResources('AWS::SQS::Queue')).map(({ Properties }) => Properties)
    const { VisibilityTimeout, RedrivePolicy } = queues.find(({ RedrivePolicy }) => RedrivePolicy !== undefined) ?? {}
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThan(6 * 3_600)
  })

  it('delivers at once, and again only what failed, to no more publishers than the stage says', () => {
    feeds(name).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: Match.anyValue() },
      MaximumBatchingWindowInSeconds: Match.absent(),
    })
  })
})

describe.each(stageNames)('whoever reaches the internet in stage %s', (name) => {
  it('stands outside the VPC; the publisher alone is within, where there is a cluster in it', () => {
    for (const fn of ['collector', 'venue-poll', ...(name === 'dev' ? [] : ['binance-relay'])])
      expect(functionOf(name, fn), fn).not.toHaveProperty('VpcConfig')
    const publisher = functionOf(name, 'publisher')
    if (name === 'dev') expect(publisher).not.toHaveProperty('VpcConfig')
    else expect(publisher).toHaveProperty('VpcConfig')
  })
})

describe.each(onAws)('the keys of stage %s', (name) => {
  it('encrypt what waits in the queues and what secrets hold', () => {
    for (const { Properties } of Object.values(feeds(name).findResources('AWS::SQS::Queue')))
      expect(Properties).toHaveProperty('KmsMasterKeyId')
    for (const { Properties } of stageOf(name).all('AWS::SecretsManager::Secret'))
      expect(Properties).toHaveProperty('KmsKeyId')
  })
})

it('the key of the tokens outlives its stack where data does, and is long', () => {
  const [secret] = Object.values(stageOf('prod').stack('Lake').findResources('AWS::SecretsManager::Secret'))
  expect(secret).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } },
  })
})

describe('rights in stage prod', () => {
  const state = ['s3:AbortMultipartUpload', 's3:GetBucketLocation', 's3:GetObject', 's3:ListBucket']
  const putting = [...state, 's3:ListMultipartUploadParts', 's3:PutObject']
  const sending = ['kms:Decrypt', 'kms:GenerateDataKey', 'sqs:SendMessage']

  it('let the collector hand over and read the key, and nothing else', () => {
    expect(rightsOf('prod', /^Collector/)).toEqual([...sending, 'secretsmanager:GetSecretValue'].sort())
  })

  it('let the relay hand over, note where it is, and ask for its schema', () => {
    expect(rightsOf('prod', /^BinanceRelay/)).toEqual([...sending, ...putting, 'glue:GetSchemaByDefinition'].sort())
  })

  it('let polls hand over, note what they know, and read their keys', () => {
    const reading = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']
    expect(rightsOf('prod', /^VenuePolls/)).toEqual([...sending, ...putting, ...reading].sort())
  })

  it('let the publisher empty the queue, and append', () => {
    expect(rightsOf('prod', /^Publisher/)).toEqual([
      'kafka-cluster:Connect',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:WriteData',
      'kafka-cluster:WriteDataIdempotently',
      'kms:Decrypt',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
    ])
  })

  it('let the schedules begin two functions, at their newest version alone', () => {
    expect(rightsOf('prod', /^FeedSchedules/)).toEqual(['lambda:InvokeFunction'])
  })
})

describe('the schedules of the feeds', () => {
  const schedules = (name: (typeof stageNames)[number]) =>
    Object.fromEntries(
      Object.values(feeds(name).findResources('AWS::Scheduler::Schedule')).map(({ Properties }) => [
        Properties.Name.replace(`lodestream-${name}-`, ''),
        [Properties.ScheduleExpression, Properties.Target.Input],
      ]),
    )

  it('ask each source by itself, and begin a relay before the last one ends', () => {
    expect(schedules('prod')).toEqual({
      'binance-relay': ['rate(12 minutes)', '{}'],
      'poll-coingecko': ['rate(5 minutes)', '{"source":"coingecko"}'],
      'poll-fear-greed': ['rate(1 hour)', '{"source":"fear_greed"}'],
      'poll-newsapi': ['rate(15 minutes)', '{"source":"newsapi"}'],
      'poll-rss': ['rate(5 minutes)', '{"source":"rss"}'],
    })
    const { Environment, Timeout } = functionOf('prod', 'binance-relay') as {
      Environment: { Variables: Readonly<Record<string, string>> }
      Timeout: number
    }
    const run = Number(Environment.Variables.RUN_SECONDS)
    expect(run).toBeGreaterThan(12 * 60)
    expect(run).toBeLessThan(Timeout)
  })

  it('have no relay in the small stage', () => {
    expect(Object.keys(schedules('dev'))).not.toContain('binance-relay')
  })
})

describe('the venues', () => {
  const variables = (stage: ReturnType<typeof synthesise>, fn: string) =>
    stage.all('AWS::Lambda::Function').find(({ Properties }) => String(Properties?.FunctionName).endsWith(fn))
      ?.Properties?.Environment as { Variables: Readonly<Record<string, string>> }

  it('are asked themselves', () => {
    expect(variables(stageOf('local'), 'binance-relay').Variables).toMatchObject({
      BINANCE_STREAM: 'wss://stream.binance.com:9443',
      BINANCE_REST: 'https://api.binance.com',
    })
    expect(variables(stageOf('local'), 'local-api').Variables.VENUES).toBe('real')
  })

  it('have one server that speaks for all of them where the context says so, and then the page says so too', () => {
    const stage = synthesise('local', { venues: 'http://127.0.0.1:7001' })
    const addresses = JSON.stringify([variables(stage, 'binance-relay'), variables(stage, 'venue-poll')])
    expect(addresses).not.toMatch(/https:|wss:|coindesk/)
    expect(addresses).toContain('ws://127.0.0.1:7001/binance')
    expect(variables(stage, 'local-api').Variables.VENUES).toBe('stand-in')
  })
})
