import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { lakeObjects } from '#adapters/s3/connection.ts'
import { recordsOf } from '#adapters/sqs/envelope.ts'
import { localstack } from '#local/engines/localstack.ts'
import { freePort, portFor } from '#local/ports.ts'
import { becomeReady, launch, stopPart } from '#local/process.ts'
import { repository } from '#local/state.ts'

/** The real function, its queue, its state and its secret in LocalStack, against the stand-in's own process. */
const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-venues-')) }
const feeds = ['coin-courier', 'chain-herald', 'market-wire']
let venues: string
let sqs: SQSClient
let handler: typeof import('#lambdas/venue-poll/handler.ts')['handler']

beforeAll(async () => {
  for (const part of ['kafka', 'elasticache', 'msk']) await portFor(place.home, part)
  const port = await freePort()
  venues = `http://127.0.0.1:${port}`
  const standIn = launch(place.home, {
    name: 'venues',
    command: [process.execPath, join(repository, 'local/venues/main.ts')],
    env: { PORT: String(port), SEED: '5' },
  })
  const [endpoint] = await Promise.all([
    localstack.start(place),
    becomeReady(place.home, standIn, async () => (await fetch(venues)).ok, 20_000),
  ])
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    STATE_BUCKET: 'state',
    STATE_PREFIX: 'feeds/',
    API_KEYS_SECRET: 'keys',
    COINGECKO_URL: `${venues}/coingecko`,
    FEAR_GREED_URL: `${venues}/fear-greed`,
    NEWSAPI_URL: `${venues}/newsapi`,
    RSS_FEEDS: JSON.stringify(feeds.map((name) => ({ name, url: `${venues}/rss/${name}.xml` }))),
  }))
    vi.stubEnv(name, value)
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false })
  const [{ QueueUrl = '' }] = await Promise.all([
    sqs.send(new CreateQueueCommand({ QueueName: 'ingest' })),
    lakeObjects(process.env).send(new CreateBucketCommand({ Bucket: 'state' })),
    new SecretsManagerClient().send(
      new CreateSecretCommand({ Name: 'keys', SecretString: JSON.stringify({ coingecko: '', newsapi: 'stand-in' }) }),
    ),
  ])
  vi.stubEnv('QUEUE_URL', QueueUrl)
  ;({ handler } = await import('#lambdas/venue-poll/handler.ts'))
})

afterAll(async () => {
  vi.unstubAllEnvs()
  sqs?.destroy()
  await Promise.all([stopPart(place.home, 'venues'), localstack.stop(place)])
  rmSync(place.home, { recursive: true, force: true })
})

beforeEach(async () => {
  await fetch(`${venues}/faults`, { method: 'DELETE' })
})

const poll = (source: string) => handler({ source }, { getRemainingTimeInMillis: () => 60_000 })
const post = (path: string, body: object) => fetch(venues + path, { method: 'POST', body: JSON.stringify(body) })
const sent = async (venue: string) =>
  ((await (await fetch(`${venues}/sent`)).json()) as Record<string, string[]>)[venue]

/** Sets the venues' clock ahead, to a full minute: what they tell stays the same for some seconds. */
async function letPass(minutes: number) {
  const { now } = (await (await post('/clock', { advance_ms: 1 })).json()) as { readonly now: number }
  await post('/clock', { advance_ms: minutes * 60_000 - (now % 60_000) })
}

/** Takes all that the queue holds, and decodes it as its consumers do. */
async function landed() {
  const records = []
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: process.env.QUEUE_URL, MaxNumberOfMessages: 10 }),
    )
    if (Messages.length === 0) break
    for (const { Body = '', ReceiptHandle } of Messages) {
      const read = recordsOf(Body)
      if ('malformed' in read) throw new Error(read.malformed)
      records.push(...read.records)
      await sqs.send(new DeleteMessageCommand({ QueueUrl: process.env.QUEUE_URL, ReceiptHandle }))
    }
  }
  const { events, rejected } = await decodeRecords(
    records.map(({ topic, value }, at) => ({ topic, value, partition: 0, offset: BigInt(at), appendedAt: 0 })),
  )
  return { events: events.map(({ event }) => event), ids: events.map(({ id }) => id), rejected }
}

describe('polling the venues', () => {
  it('hands over exactly what each has told, and nothing twice', async () => {
    await Promise.all(['coingecko', 'fear_greed', 'rss', 'newsapi'].map(poll))
    const { events, ids, rejected } = await landed()
    expect(rejected).toEqual([])
    const of = (type: string) => events.filter((event) => event.type === type)
    expect(
      of('market_snapshot')
        .map((event) => `${event.asset_id}|${event.observed_at}`)
        .sort(),
    ).toEqual((await sent('coingecko'))?.toSorted())
    expect(
      of('sentiment')
        .map((event) => String(Number(event.measured_at) / 1_000))
        .sort(),
    ).toEqual((await sent('fear_greed'))?.toSorted())
    for (const provider of ['rss', 'newsapi'])
      expect(
        of('news_item')
          .filter((event) => event.provider === provider)
          .map(({ url }) => url)
          .sort(),
      ).toEqual((await sent(provider))?.toSorted())
    // An article that a feed and NewsAPI tell of is one.
    expect(new Set(ids).size).toBeLessThan(ids.length)
    expect(of('news_item').some(({ symbols }) => String(symbols).includes('BTC'))).toBe(true)

    const again = await poll('fear_greed')
    expect(again).toMatchObject({ fear_greed: { did: 'send', events: 0, known: 10 } })
    expect((await landed()).ids).toEqual([])
  })

  it('goes on with the feeds where CoinGecko fails, which the operator hears of; what is new comes later', async () => {
    await letPass(15)
    await post('/faults', { venue: 'coingecko', fault: '500', count: 3 })
    await post('/faults', { venue: 'rss', fault: 'disconnect', count: 3, path: 'chain-herald.xml' })
    const [coingecko, rss] = await Promise.allSettled([poll('coingecko'), poll('rss')])
    expect(coingecko).toMatchObject({
      reason: { message: 'coingecko could not be asked: it answers 500 (3 attempts).' },
    })
    expect(rss).toMatchObject({
      reason: { message: expect.stringMatching(/^rss\/chain-herald could not be asked: .*\(3 a/) },
    })
    const { events } = await landed()
    expect(new Set(events.map(({ publisher }) => publisher))).toEqual(new Set(['coin-courier', 'market-wire']))
    expect(await poll('coingecko')).toMatchObject({ coingecko: { did: 'send', events: 10 } })
    expect(await poll('rss')).toMatchObject({
      'rss/coin-courier': { did: 'find_unchanged' },
      'rss/chain-herald': { did: 'send' },
    })
  })

  it('leaves a venue alone as long as it asks for, and no longer', async () => {
    await landed()
    await post('/faults', { venue: 'newsapi', fault: '429', retry_after: 3 })
    await letPass(15)
    const began = Date.now()
    expect(await poll('newsapi')).toMatchObject({ newsapi: { did: 'wait' } })
    const before = (await sent('newsapi'))?.length ?? 0
    expect(await poll('newsapi')).toMatchObject({ newsapi: { did: 'wait' } })
    expect(await sent('newsapi')).toHaveLength(before)
    await vi.waitUntil(async () => 'send' === (await poll('newsapi')).newsapi?.did, { timeout: 10_000, interval: 200 })
    expect(Date.now() - began).toBeGreaterThanOrEqual(3_000)
    expect((await landed()).ids).not.toEqual([])
  })

  it('quarantines what cannot be read, asks again, and loses nothing by it', async () => {
    await landed()
    await letPass(60)
    await post('/faults', { venue: 'coingecko', fault: 'malformed' })
    await expect(poll('coingecko')).rejects.toThrow(/^CoinGecko sent no JSON: .* Its beginning is in quarantine\.$/)
    await post('/faults', { venue: 'coingecko', fault: 'malformed_item' })
    expect(await poll('coingecko')).toMatchObject({ coingecko: { events: 9, refused: 1 } })
    expect(await poll('coingecko')).toMatchObject({ coingecko: { events: 1, refused: 0 } })
    const { ids, rejected } = await landed()
    expect(ids).toHaveLength(10)
    expect(rejected.map(({ stage, code }) => `${stage} ${code}`).sort()).toEqual([
      'contract price_missing',
      'decode payload_malformed',
    ])
  })

  it('is patient with a slow venue, and refuses what is no source', async () => {
    await post('/faults', { venue: 'fear_greed', fault: 'slow', ms: 1_500 })
    expect(await poll('fear_greed')).toMatchObject({ fear_greed: { did: 'send' } })
    await expect(poll('binance')).rejects.toThrow('The input has to be {"source": …}')
  })
})
