import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Refusal } from '#domain/refusal.ts'
import { readContext, stageNames } from '#lib/stage.ts'

const read = (context: Readonly<Record<string, unknown>>) => readContext((key) => context[key])

/** Runs the app as the CDK runs it. */
function runApp(context: Readonly<Record<string, unknown>>) {
  const out = mkdtempSync(join(tmpdir(), 'lodestream-cdk-'))
  try {
    return spawnSync(process.execPath, ['bin/app.ts'], {
      encoding: 'utf8',
      env: {
        ...process.env,
        CDK_OUTDIR: out,
        CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context }),
      },
    })
  } finally {
    rmSync(out, { recursive: true })
  }
}

describe('the context of the app', () => {
  const refusals: readonly [why: string, context: Readonly<Record<string, unknown>>, sentence: string][] = [
    ['no stage', {}, 'No stage is given: add -c stage=… with local, dev, staging or prod.'],
    [
      'an unknown stage',
      { stage: 'production' },
      'There is no stage "production": -c stage takes local, dev, staging or prod.',
    ],
    [
      'a name that every object has',
      { stage: 'constructor' },
      'There is no stage "constructor": -c stage takes local, dev, staging or prod.',
    ],
    ['a stage that is no text', { stage: true }, 'The context "stage" is not a text: give it as -c stage=….'],
    [
      'stage local without its Kafka',
      { stage: 'local' },
      'Stage local needs to know its Kafka: add -c bootstrap_brokers=host:port.',
    ],
    [
      'stand-ins for the venues of a stage on AWS',
      { stage: 'dev', venues: 'http://127.0.0.1:8080' },
      'Stage dev hears the venues themselves: leave out -c venues, which leads stage local to stand-ins.',
    ],
    [
      'stand-ins that are no server',
      { stage: 'local', bootstrap_brokers: 'localhost:9092', venues: '127.0.0.1:8080' },
      '"127.0.0.1:8080" names no server: -c venues takes one such as http://127.0.0.1:8080.',
    ],
    [
      'another transport for a stage on AWS',
      { stage: 'prod', transport: 'kinesis' },
      'Stage prod has its topics on kafka: leave out -c transport.',
    ],
    [
      'a transport that is none',
      { stage: 'local', transport: 'pulsar' },
      '"pulsar" is no transport: -c transport takes kafka or kinesis.',
    ],
    [
      'brokers where topics are streams',
      { stage: 'local', transport: 'kinesis', bootstrap_brokers: 'localhost:9092' },
      'Stage local finds its own brokers: leave out -c bootstrap_brokers.',
    ],
    [
      'a Kafka without a port',
      { stage: 'local', bootstrap_brokers: 'localhost' },
      '"localhost" names no Kafka: -c bootstrap_brokers takes host:port, or several with commas between.',
    ],
    [
      'brokers where the cluster knows them',
      { stage: 'prod', bootstrap_brokers: 'broker:9098' },
      'Stage prod finds its own brokers: leave out -c bootstrap_brokers.',
    ],
    [
      'a region without an account',
      { stage: 'dev', region: 'eu-central-1' },
      'An account needs a region, and a region an account: give both -c account and -c region, or neither.',
    ],
    [
      'an account that is none',
      { stage: 'dev', account: '1234', region: 'eu-central-1' },
      '"1234" is not an AWS account: -c account takes its twelve digits.',
    ],
    [
      'a region that is none',
      { stage: 'dev', account: '123456789012', region: 'Frankfurt' },
      '"Frankfurt" is not an AWS region: -c region takes a name such as eu-central-1.',
    ],
    [
      'an account for LocalStack',
      { stage: 'local', bootstrap_brokers: 'a:1', account: '123456789012', region: 'eu-central-1' },
      'Stage local has an account and region of its own: leave out -c account and -c region.',
    ],
    [
      'nobody to tell',
      { stage: 'prod', alarm_email: 'desk' },
      '"desk" is not an email address: -c alarm_email takes one such as desk@example.com.',
    ],
    [
      'alarms where there are none',
      { stage: 'local', bootstrap_brokers: 'a:1', alarm_email: 'desk@example.com' },
      'Stage local has no alarms to send: leave out -c alarm_email.',
    ],
  ]
  it.each(refusals)('is refused with one sentence: %s', (_why, context, sentence) => {
    expect(() => read(context)).toThrow(new Refusal(sentence))
  })

  it.each(stageNames)('names stage %s, and the stage knows its name', (name) => {
    const context = { stage: name, ...(name === 'local' && { bootstrap_brokers: '127.0.0.1:9092' }) }
    expect(read(context).stage.name).toBe(name)
  })

  it('puts the topics of stage local on Kinesis where it says so', () => {
    expect(read({ stage: 'local', transport: 'kinesis' }).stage.transport).toEqual({ kind: 'kinesis' })
    const onKafka = read({ stage: 'local', transport: 'kafka', bootstrap_brokers: '127.0.0.1:9092' })
    expect(onKafka.stage.transport.kind).toBe('kafka')
  })

  it('pins account and region together', () => {
    const { stage } = read({ stage: 'prod', account: '123456789012', region: 'us-gov-west-1' })
    expect(stage.env).toEqual({ account: '123456789012', region: 'us-gov-west-1' })
  })
})

describe('the app', () => {
  it('ends with the sentence alone, and code 1, where the stage is wrong', () => {
    const { status, stdout, stderr } = runApp({ stage: 'production' })
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: '✖ There is no stage "production": -c stage takes local, dev, staging or prod.\n',
    })
  })

  it('synthesises where all is right', () => {
    const { status, stderr } = runApp({ stage: 'local', bootstrap_brokers: '127.0.0.1:9092' })
    expect(stderr).not.toContain('✖')
    expect(status).toBe(0)
  })
})
