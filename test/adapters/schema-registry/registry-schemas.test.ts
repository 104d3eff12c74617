import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { registrySchemas } from '#adapters/schema-registry/registry-schemas.ts'
import { tick } from '#domain/events/tick.ts'
import { avroText, toAvro } from '#domain/events/to-avro.ts'
import { type Answer, errorOf, GlueStandIn } from './glue-stand-in.ts'

let glue: GlueStandIn
let now: number
beforeAll(async () => {
  glue = await GlueStandIn.open()
})
afterAll(() => glue.close())
beforeEach(() => {
  glue.asked.length = 0
  now = 0
})

const ID = randomUUID()
const version = (change: object = {}): Answer => [
  200,
  { SchemaVersionId: ID, SchemaDefinition: avroText(tick), DataFormat: 'AVRO', Status: 'AVAILABLE', ...change },
]
const schemas = () => registrySchemas(glue.client(), () => now)

test('a version is asked for once, by one call however many wait for it', async () => {
  glue.answer = () => version()
  const schemaOf = schemas()
  const read = await Promise.all(Array.from({ length: 20 }, () => schemaOf(ID)))
  now = Number.MAX_SAFE_INTEGER
  expect([...read, await schemaOf(ID)]).toEqual(Array.from({ length: 21 }, () => toAvro(tick)))
  expect(glue.asked).toEqual([{ SchemaVersionId: ID }])
})

test('an id that nobody registered is undefined, and asked for again only after a while', async () => {
  glue.answer = () => errorOf('EntityNotFoundException')
  const schemaOf = schemas()
  for (let i = 0; i < 50; i += 1) expect(await schemaOf(ID)).toBeUndefined()
  expect(glue.asked).toHaveLength(1)
  glue.answer = () => version()
  now = 10_000
  expect(await schemaOf(ID)).toEqual(toAvro(tick))
})

test.each([
  ['throttles', errorOf('ThrottlingException')],
  ['does not let us ask', errorOf('AccessDeniedException')],
  ['fails', errorOf('InternalServiceException', 500)],
])('a registry that %s rejects, and the next question is asked anew', async (_, answer) => {
  glue.answer = () => answer
  const schemaOf = schemas()
  await expect(schemaOf(ID)).rejects.toThrow()
  glue.answer = () => version()
  expect(await schemaOf(ID)).toEqual(toAvro(tick))
})

test.each([
  ['that the registry refused', version({ Status: 'FAILURE' })],
  ['in another format', version({ DataFormat: 'PROTOBUF', SchemaDefinition: 'syntax = "proto3";' })],
  ['of no record', version({ SchemaDefinition: '"string"' })],
])('a version %s is for nobody to write with: undefined', async (_, answer) => {
  glue.answer = () => answer
  expect(await schemas()(ID)).toBeUndefined()
})
