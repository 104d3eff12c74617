import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  PutRecordCommand,
  UpdateDestinationCommand,
} from '@aws-sdk/client-firehose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localstack } from '#local/engines/localstack.ts'
import { freePort, portFor } from '#local/ports.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'
import { convertingDestination, FirehoseBridge, type Surroundings } from '#test/local/firehose/bridge.ts'
import { Bucket } from '#test/local/firehose/bucket.ts'
import { GlueCatalogue } from '#test/local/firehose/glue-catalogue.ts'

const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-firehose-')) }
const glue = new GlueCatalogue()
let surroundings: Surroundings
let bridge: FirehoseBridge

beforeAll(async () => {
  for (const part of ['kafka', 'elasticache', 'msk']) await portFor(place.home, part)
  const [aws, catalogue, port] = await Promise.all([localstack.start(place), glue.start(), freePort()])
  surroundings = { home: place.home, port, aws, glue: catalogue }
  bridge = await FirehoseBridge.start(surroundings)
  glue.tables['bronze.events'] = [
    ['id', 'string'],
    ['at', 'timestamp'],
    ['amount', 'decimal(38,8)'],
    ['place', 'bigint'],
    ['version', 'int'],
    ['flag', 'boolean'],
    ['payload', 'string'],
  ]
})

afterAll(async () => {
  await bridge?.stop()
  await glue.stop()
  await localstack.stop(place)
  rmSync(place.home, { recursive: true, force: true })
})

/** A new stream and bucket of a name. */
async function stream(
  name: string,
  change: Partial<ExtendedS3DestinationConfiguration> = {},
  { isCreated = true } = {},
): Promise<Bucket> {
  const bucket = new Bucket(name, surroundings.aws, place.home)
  if (isCreated) await bucket.create()
  const ExtendedS3DestinationConfiguration = { ...convertingDestination(name), ...change }
  await bridge.client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName: name, ExtendedS3DestinationConfiguration }),
  )
  return bucket
}

const event = (id: string, fields: Record<string, unknown> = {}) =>
  JSON.stringify({ id, day: '2026-11-20', kind: 'tick', ...fields })

const idsOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ id }) => id)

describe('what lands', () => {
  it('equals what was sent to the last digit, whatever is beside it', async () => {
    const bucket = await stream('exact')
    const records = [
      event('micro', { at: '2026-11-20 14:03:59.999999', amount: '123456789012345678901234567890.12345678' }),
      event('iso', { at: '2026-11-20T14:03:59.123456789Z', amount: '-0.00000001', place: -1, flag: false }),
      event('epoch', { at: 1795183439, amount: '0', version: 2147483647 }),
      event('ms', { at: 1795183439123, flag: true, unknown: { ignored: [1] } }),
      '{"id":"big","day":"2026-11-20","kind":"tick","place":9223372036854775807,"payload":"{\\"a\\":\\"ü\\\\n\\"}"}',
    ]
    expect(
      (await bridge.put('exact', [`${records.slice(0, 2).join('\n')}\n`, records.slice(2).join('')])).FailedPutCount,
    ).toBe(0)
    expect(await bridge.flush()).toBe(true)
    const rows = await bucket.query(
      'bronze/day=2026-11-20/kind=tick/',
      'SELECT id, "at"::VARCHAR AS "at", amount::VARCHAR AS amount, place::VARCHAR AS place, version, flag, payload FROM rows ORDER BY id',
    )
    const none = { at: null, amount: null, place: null, version: null, flag: null, payload: null }
    expect(rows).toEqual([
      { ...none, id: 'big', place: '9223372036854775807', payload: '{"a":"ü\\n"}' },
      { ...none, id: 'epoch', at: '2026-11-20 14:03:59+00', amount: '0.00000000', version: 2147483647 },
      { ...none, id: 'iso', at: '2026-11-20 14:03:59.123456+00', amount: '-0.00000001', place: '-1', flag: false },
      {
        ...none,
        id: 'micro',
        at: '2026-11-20 14:03:59.999999+00',
        amount: '123456789012345678901234567890.12345678',
      },
      { ...none, id: 'ms', at: '2026-11-20 14:03:59.123+00', flag: true },
    ])
    expect(await bucket.keys()).toEqual([
      expect.stringMatching(
        /^bronze\/day=2026-11-20\/kind=tick\/exact-1-\d{4}(-\d\d){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.parquet$/,
      ),
    ])
    expect(await bridge.state('exact')).toEqual({
      accepted: 5,
      buffered: 0,
      delivered: 5,
      errored: 0,
      records: 2,
      objects: 1,
    })
  })

  it('what does not fit goes to the error prefix, the rest of its buffer to the table', async () => {
    const bucket = await stream('errors')
    const bad = [event('text', { place: 'many' }), event('wide', { amount: '1e40' }), event('when', { at: 'noon' })]
    const tooMany = Array.from({ length: 501 }, (_, index) => event(`m${index}`)).join('\n')
    const most = Array.from({ length: 500 }, (_, index) => event(`e${String(index).padStart(3, '0')}`)).join('')
    const unpartitionable = [JSON.stringify({ id: 'keyless', day: '2026-11-20' }), event('empty', { kind: '' })]
    const unreadable = ['[{"id":"a"}]', 'no JSON', `${event('half')}{"id":`]
    const before = Date.now()
    await bridge.put('errors', [bad.join('\n'), tooMany, most, unpartitionable.join('\n'), ...unreadable])
    expect(await bridge.flush()).toBe(true)
    expect(idsOf(await bucket.query('bronze/', 'SELECT id FROM rows ORDER BY id'))).toEqual(
      Array.from({ length: 500 }, (_, index) => `e${String(index).padStart(3, '0')}`),
    )
    const decoded = (line: Record<string, unknown>) => Buffer.from(String(line.rawData), 'base64').toString()
    const converted = await bucket.jsonLines('errors/format-conversion-failed/')
    expect(converted.map(decoded)).toEqual(bad)
    expect(converted[0]).toMatchObject({
      attemptsMade: 1,
      lastErrorCode: 'DataFormatConversion.MalformedData',
      lastErrorMessage: expect.stringContaining('place'),
      sequenceNumber: '0',
      dataCatalogTable: { databaseName: 'bronze', tableName: 'events', region: 'us-east-1', versionId: 'LATEST' },
    })
    expect(converted[0]?.arrivalTimestamp).toBeGreaterThanOrEqual(before)
    const processed = await bucket.jsonLines('errors/processing-failed/')
    expect(processed.map(decoded)).toEqual([tooMany, ...unpartitionable, ...unreadable])
    expect(processed[1]).toMatchObject({
      errorCode: 'DynamicPartitioning.MetadataExtractionFailed',
      errorMessage: 'partitionKeys values must not be null or empty',
    })
    expect(await bridge.state('errors')).toMatchObject({ accepted: 509, buffered: 0, delivered: 500, errored: 9 })
  })

  it('a partition over the five hundredth goes to the error prefix', async () => {
    const bucket = await stream('crowded', { DataFormatConversionConfiguration: { Enabled: false } })
    const records = Array.from({ length: 501 }, (_, index) => event(`p${index}`, { kind: `k${index}` }))
    await bridge.put('crowded', [records.slice(0, 250).join('\n'), records.slice(250).join('\n')])
    await bridge.put('crowded', [event('again', { kind: 'k0' })])
    expect(await bridge.state('crowded')).toMatchObject({ accepted: 502 })
    expect(await bridge.flush()).toBe(true)
    expect(await bucket.jsonLines('errors/activePartitionExceeded/')).toHaveLength(1)
    expect(await bridge.state('crowded')).toMatchObject({ delivered: 501, errored: 1, objects: 501 })
  })

  it('without conversion it is the bytes as they were, one after the other', async () => {
    const bucket = await stream('plain', {
      Prefix: 'raw/',
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 900 },
      DynamicPartitioningConfiguration: { Enabled: false },
      ProcessingConfiguration: { Enabled: false },
      DataFormatConversionConfiguration: { Enabled: false },
    })
    const binary = Buffer.from([0, 255, 10, 13, 128])
    await bridge.client.send(new PutRecordCommand({ DeliveryStreamName: 'plain', Record: { Data: binary } }))
    await bridge.put('plain', [Buffer.alloc(1_024_000, 7)])
    expect(await bridge.state('plain')).toMatchObject({ buffered: expect.any(Number), records: 2 })
    await expect.poll(() => bridge.state('plain'), { timeout: 10_000 }).toMatchObject({ buffered: 0, delivered: 2 })
    const [key = ''] = await bucket.keys('raw/')
    expect(key).toMatch(/^raw\/\d{4}(\/\d\d){3}\/plain-1-/)
    expect(await bucket.read(key)).toEqual(Buffer.concat([binary, Buffer.alloc(1_024_000, 7)]))
  })
})

describe('a stream', () => {
  it('delivers by itself when its interval is over', async () => {
    const bucket = await stream('timely')
    await bridge.put('timely', [event('one')])
    expect(await bridge.state('timely')).toMatchObject({ buffered: 1 })
    // 60 s, twenty times faster.
    await expect.poll(() => bridge.state('timely'), { timeout: 10_000 }).toMatchObject({ buffered: 0, delivered: 1 })
    expect(await bucket.keys('bronze/')).toHaveLength(1)
  })

  it.each([
    ['no record', [], 'ValidationException'],
    ['501 records', Array.from({ length: 501 }, () => 'x'), 'ValidationException'],
    ['a record over 1,000 KB', [Buffer.alloc(1_024_001)], 'ValidationException'],
    ['more than 4 MiB', Array.from({ length: 5 }, () => Buffer.alloc(900_000)), 'InvalidArgumentException'],
  ])('refuses %s, and takes nothing of it', async (_, records, name) => {
    await expect(bridge.put('exact', records)).rejects.toMatchObject({ name })
    expect(await bridge.state('exact')).toMatchObject({ records: 2, buffered: 0 })
  })

  it('is not there for whom it was not created, and not created twice', async () => {
    await expect(bridge.put('absent', ['x'])).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(stream('exact', {}, { isCreated: false })).rejects.toMatchObject({ name: 'ResourceInUseException' })
  })

  it('has a new version for a new destination, and refuses an update of an old one', async () => {
    const bucket = await stream('updated')
    await bridge.put('updated', [event('before')])
    const update = {
      DeliveryStreamName: 'updated',
      CurrentDeliveryStreamVersionId: '1',
      DestinationId: 'destinationId-000000000001',
      ExtendedS3DestinationUpdate: { Prefix: 'silver/!{partitionKeyFromQuery:kind}/!{partitionKeyFromQuery:day}/' },
    }
    await bridge.client.send(new UpdateDestinationCommand(update))
    await expect(bridge.client.send(new UpdateDestinationCommand(update))).rejects.toMatchObject({
      name: 'ConcurrentModificationException',
    })
    await bridge.put('updated', [event('after')])
    await bridge.flush()
    const { DeliveryStreamDescription } = await bridge.client.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: 'updated' }),
    )
    expect(DeliveryStreamDescription).toMatchObject({ VersionId: '2', DeliveryStreamStatus: 'ACTIVE' })
    expect(await bucket.keys('bronze/day=2026-11-20/kind=tick/')).toHaveLength(1)
    expect((await bucket.keys('silver/tick/2026-11-20/'))[0]).toContain('/updated-2-')
  })
})

describe('faults', () => {
  it('fails some of a batch and takes the others, so that only the failed need be sent again', async () => {
    const seed = seedOf('firehose faults')
    const random = seeded(seed)
    const bucket = await stream('faulty')
    await bridge.faults({ failedRecords: 0.3, throttles: 0.2, seed })
    // Dozens of calls, so that some are throttled whatever the seed.
    let unsent = Array.from({ length: 2_000 }, (_, index) => event(`f${index}`, { place: Math.floor(random() * 1e9) }))
    const sent = [...unsent]
    let partial = 0
    let throttled = 0
    while (unsent.length > 0) {
      const batch = unsent.slice(0, 50)
      try {
        const { FailedPutCount, RequestResponses = [] } = await bridge.put('faulty', batch)
        const failed = batch.filter((_, index) => RequestResponses[index]?.ErrorCode !== undefined)
        expect(failed.length).toBe(FailedPutCount)
        partial += failed.length
        unsent = [...failed, ...unsent.slice(50)]
      } catch (error) {
        expect(error).toMatchObject({ name: 'ServiceUnavailableException' })
        throttled++
      }
    }
    await bridge.faults({})
    await bridge.flush()
    expect(partial).toBeGreaterThan(300)
    expect(throttled).toBeGreaterThan(0)
    const landed = await bucket.query('bronze/', 'SELECT id, place::VARCHAR AS place FROM rows')
    expect(landed.map(({ id, place: at }) => `${id} ${at}`).sort()).toEqual(
      sent
        .map((text) => JSON.parse(text))
        .map(({ id, place: at }) => `${id} ${at}`)
        .sort(),
    )
  })

  it('loses nothing that it acknowledged when it is killed before it delivers, with Glue and the bucket away', async () => {
    const bucket = await stream('killed', {}, { isCreated: false })
    glue.isAway = true
    await bridge.put('killed', [event('a'), event('b', { kind: 'fill' }), 'no JSON'])
    expect(await bridge.state('killed')).toMatchObject({ buffered: 3 })
    await bridge.kill()
    bridge = await FirehoseBridge.start(surroundings)
    expect(await bridge.state('killed')).toMatchObject({ accepted: 3, delivered: 0 })
    // With nobody to deliver to, the end does not wait, and drops nothing either.
    const asked = performance.now()
    await expect.poll(() => bridge.said, { timeout: 5_000 }).toContain('again in')
    expect(await bridge.stop()).toBe(0)
    expect(performance.now() - asked).toBeLessThan(5_000)
    bridge = await FirehoseBridge.start(surroundings)
    glue.isAway = false
    expect(await bridge.state('killed')).toMatchObject({ delivered: 0, buffered: 3 })
    await bucket.create()
    await expect
      .poll(() => bridge.state('killed'), { timeout: 15_000 })
      .toMatchObject({ buffered: 0, delivered: 2, errored: 1 })
    expect(idsOf(await bucket.query('bronze/', 'SELECT id FROM rows ORDER BY id'))).toEqual(['a', 'b'])
    expect(await bucket.keys('errors/')).toHaveLength(1)
    // Whoever made the stream may have been started anew with the bridge: it is taken over, not refused.
    const again = { DeliveryStreamName: 'killed', ExtendedS3DestinationConfiguration: convertingDestination('killed') }
    await bridge.client.send(new CreateDeliveryStreamCommand(again))
    await expect(bridge.client.send(new CreateDeliveryStreamCommand(again))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    })
  })

  it('delivers what it holds when it is asked to end', async () => {
    const bucket = await stream('ended')
    await bridge.put('ended', [event('last')])
    expect(await bridge.stop()).toBe(0)
    expect(idsOf(await bucket.query('bronze/', 'SELECT id FROM rows'))).toEqual(['last'])
    bridge = await FirehoseBridge.start(surroundings)
  })
})
