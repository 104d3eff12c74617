import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  GetSchemaVersionCommand,
  type GlueClient,
  RegisterSchemaVersionCommand,
} from '@aws-sdk/client-glue'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { avroTypeOf } from '#adapters/avro/avro-type.ts'
import { decoder } from '#adapters/avro/decode-records.ts'
import { header } from '#adapters/avro/frame.ts'
import { registryClient } from '#adapters/schema-registry/client.ts'
import { registeredEncoders } from '#adapters/schema-registry/registered-encoders.ts'
import { registrySchemas } from '#adapters/schema-registry/registry-schemas.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { type AvroSchema, avroText, toAvro } from '#domain/events/to-avro.ts'
import type { BronzeRow, QuarantineRow } from '#domain/lake/rows.ts'
import { landEvents } from '#lambdas/lake-landing/land-events.ts'
import { glue } from '#local/engines/glue.ts'
import { portFor } from '#local/ports.ts'
import { runningPart } from '#local/process.ts'
import { validEvent } from '#test/contracts/bad-ticks.ts'
import { InMemoryTable } from '#test/contracts/in-memory-table.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'

const random = seeded(seedOf('schema registry'))
const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-registry-')) }
const REGISTRY = 'lodestream-test'
let client: GlueClient

beforeAll(async () => {
  await portFor(place.home, 'localstack')
  client = registryClient({ endpoint: await glue.start(place) })
  await client.send(new CreateRegistryCommand({ RegistryName: REGISTRY }))
  for (const { name } of [tick, fill]) {
    const RegistryId = { RegistryName: REGISTRY }
    const rules = { DataFormat: 'AVRO', Compatibility: 'FULL_ALL' } as const
    await client.send(new CreateSchemaCommand({ RegistryId, SchemaName: name, ...rules }))
  }
})
afterAll(async () => {
  await glue.stop(place)
  rmSync(place.home, { recursive: true })
})

const register = async (schema: AvroSchema) =>
  await client.send(
    new RegisterSchemaVersionCommand({
      SchemaId: { RegistryName: REGISTRY, SchemaName: schema.name },
      SchemaDefinition: JSON.stringify(schema),
    }),
  )

/** Lands values on the topic of fills, as the function does that has just begun. */
async function land(...values: readonly Uint8Array[]) {
  const bronze = new InMemoryTable<BronzeRow>()
  const quarantine = new InMemoryTable<QuarantineRow>()
  const records = values.map((value, i) => ({
    ...{ topic: fill.topic, partition: 0, offset: BigInt(i), appendedAt: 1_767_600_000_000 },
    value,
  }))
  const landing = { decode: decoder(registrySchemas(client)), bronze, quarantine, now: Date.now }
  const outcome = await landEvents(records, landing).then(
    () => 'landed' as const,
    () => 'rejected' as const,
  )
  return { outcome, bronze: bronze.rows.map(({ payload }) => JSON.parse(payload ?? '')), quarantine: quarantine.rows }
}

test('a writer without the contract registered is refused, and one with it is read', async () => {
  await expect(registeredEncoders(client, REGISTRY, [fill])).rejects.toThrow('deploy this version first')
  await register(toAvro(fill))
  const encode = (await registeredEncoders(client, REGISTRY, [fill]))(fill)
  const { outcome, bronze } = await land(encode(validEvent(fill, random, { execution_id: 'x-1' })))
  expect([outcome, bronze[0]?.execution_id]).toEqual(['landed', 'x-1'])
})

test('an older writer, without an optional field, and a newer one, with one more, are read at once', async () => {
  const today = toAvro(fill)
  const doc = 'What no reader of today knows.'
  const older = { ...today, fields: today.fields.filter(({ name }) => name !== 'order_id') }
  const newer = { ...today, fields: [...today.fields, { name: 'desk', type: ['null', 'string'], doc, default: null }] }
  const frames: Buffer[] = []
  for (const [i, schema] of [older, today, newer as AvroSchema].entries()) {
    const { SchemaVersionId, Status } = await register(schema)
    expect(Status).toBe('AVAILABLE')
    const event = { ...validEvent(fill, random, { execution_id: `w-${i}`, order_id: `o-${i}` }), desk: 'delta' }
    const body = Object.fromEntries(schema.fields.map(({ name }) => [name, Object(event)[name] ?? null]))
    frames.push(Buffer.concat([header(SchemaVersionId ?? ''), avroTypeOf(schema).toBuffer(body)]))
  }
  const { outcome, bronze, quarantine } = await land(...frames, ...frames.toReversed())
  expect([outcome, quarantine]).toEqual(['landed', []])
  const ids = ['w-0', 'w-1', 'w-2']
  expect(bronze.map(({ execution_id }) => execution_id)).toEqual([...ids, ...ids.toReversed()])
  expect(bronze.slice(0, 3).map(({ order_id, desk }) => [order_id, desk])).toEqual([
    [undefined, undefined],
    ['o-1', undefined],
    ['o-2', undefined],
  ])
})

test('what is not compatible is registered as a failure, for nobody to write with', async () => {
  const today = toAvro(fill)
  const renamed = {
    ...today,
    fields: today.fields.map((field) => ({ ...field, name: field.name.replace('fee', 'cost') })),
  }
  const { SchemaVersionId, Status } = await register(renamed)
  expect(Status).toBe('FAILURE')
  const value = Buffer.concat([header(SchemaVersionId ?? ''), Buffer.alloc(40)])
  expect((await land(value)).quarantine).toMatchObject([{ code: 'unknown_schema' }])
})

test('an unknown id is quarantined, and its neighbours land', async () => {
  const encode = (await registeredEncoders(client, REGISTRY, [fill]))(fill)
  const good = encode(validEvent(fill, random))
  const stray = Buffer.concat([header(randomUUID()), good.subarray(18)])
  const { bronze, quarantine } = await land(good, stray, good)
  expect(bronze).toHaveLength(2)
  expect(quarantine).toMatchObject([{ stage: 'decode', code: 'unknown_schema', offset: expect.stringMatching(/1$/) }])
})

test('while the registry is down a batch is rejected and nothing lands; when it is back, under the same ids, all is read', async () => {
  const encode = (await registeredEncoders(client, REGISTRY, [fill]))(fill)
  const good = encode(validEvent(fill, random, { execution_id: 'later' }))
  const stray = Buffer.concat([header(randomUUID()), good.subarray(18)])
  process.kill(runningPart(place.home, 'glue')?.pid ?? Number.NaN, 'SIGKILL')

  expect(await land(good, stray)).toEqual({ outcome: 'rejected', bronze: [], quarantine: [] })

  await glue.start(place)
  const { outcome, bronze, quarantine } = await land(good, stray)
  expect([outcome, bronze[0]?.execution_id, quarantine[0]?.code]).toEqual(['landed', 'later', 'unknown_schema'])
  const SchemaVersionId = good.toString('hex', 2, 18).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  const version = await client.send(new GetSchemaVersionCommand({ SchemaVersionId }))
  expect(version.SchemaDefinition).toBe(avroText(fill))
})
