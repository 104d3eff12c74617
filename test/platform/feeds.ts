import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect } from 'vitest'
import { clientSettings } from '#adapters/aws/connection.ts'
import { invokeFunction } from '#adapters/lambda/invoke-function.ts'
import { eventually } from '#local/process.ts'
import { endpoints, loadState } from '#local/state.ts'
import { home } from './platform.ts'

const aws = () => ({ endpoint: endpoints(home()).aws })

/** Polls a source as its schedule does. @throws what the run failed with */
export async function poll(source: 'coingecko' | 'fear_greed' | 'rss' | 'newsapi'): Promise<void> {
  await invokeFunction('lodestream-local-venue-poll', { source }, aws())
}

/** Begins a run of the relay as its schedule does, and does not wait for its end. */
export async function beginRelay(): Promise<void> {
  const FunctionName = 'lodestream-local-binance-relay'
  await new LambdaClient(clientSettings(aws())).send(
    new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from('{}') }),
  )
}

/** How long what was handed over may take to be in the log, ms: a message that could not be published comes again after three minutes. */
export const PUBLISHED_MS = 300_000

/** Waits until the publisher has appended whatever was handed over. */
export async function published(): Promise<void> {
  const sqs = new SQSClient(clientSettings(aws()))
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'lodestream-local-ingest' }))
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const isEmpty = async () => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }))
    return names.every((name) => Attributes?.[name] === '0')
  }
  expect(await eventually(isEmpty, PUBLISHED_MS), 'the queue is not empty').toBe(true)
}

const venues = () => `http://127.0.0.1:${loadState(home()).ports.venues}`

/** Tells the stand-ins what to do. */
export async function venue(path: string, order: object): Promise<void> {
  const answer = await fetch(`${venues()}${path}`, { method: 'POST', body: JSON.stringify(order) })
  expect(answer.status, await answer.text()).toBe(200)
}

export interface BinanceSent {
  readonly connections: number
  readonly cut: number
  readonly to_come: number
  readonly symbols: Readonly<Record<string, { readonly first: number; readonly last: number }>>
}

/** By venue, what it has published. */
export const sent = async () =>
  (await (await fetch(`${venues()}/sent`)).json()) as {
    readonly binance: BinanceSent
    readonly [venue: string]: unknown
  }

/** What Binance's stand-in has published. */
export const binance = async (): Promise<BinanceSent> => (await sent()).binance
