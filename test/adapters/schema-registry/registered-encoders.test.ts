import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unframe } from '#adapters/avro/frame.ts'
import { encodersFrom } from '#adapters/schema-registry/from-environment.ts'
import { registeredEncoders } from '#adapters/schema-registry/registered-encoders.ts'
import { events } from '#domain/events/events.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { avroText } from '#domain/events/to-avro.ts'
import { Refusal } from '#domain/refusal.ts'
import { validEvent } from '#test/contracts/bad-ticks.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'
import { errorOf, GlueStandIn } from './glue-stand-in.ts'

const random = seeded(seedOf('registered encoders'))
let glue: GlueStandIn
beforeAll(async () => {
  glue = await GlueStandIn.open()
})
afterAll(() => glue.close())

test('each Avro contract is asked for by its text, and its frames carry the id that the registry gave', async () => {
  const ids = new Map<string, string>([tick, fill].map(({ name }) => [name, randomUUID()]))
  glue.answer = ({ SchemaId }) => [
    200,
    { SchemaVersionId: ids.get(String(Object(SchemaId).SchemaName)), Status: 'AVAILABLE' },
  ]
  const encoderFor = await registeredEncoders(glue.client(), 'lodestream-test')
  const avro = events.filter(({ wire }) => wire === 'avro')
  expect(glue.asked).toEqual(
    avro.map((definition) => ({
      SchemaId: { RegistryName: 'lodestream-test', SchemaName: definition.name },
      SchemaDefinition: avroText(definition),
    })),
  )
  for (const definition of [tick, fill])
    expect(unframe(encoderFor(definition)(validEvent(definition, random)))).toMatchObject({
      schemaId: ids.get(definition.name),
    })
  const [json] = events.filter(({ wire }) => wire === 'json')
  if (json) expect(encoderFor(json)(validEvent(json, random)).toString()).toMatch(/^\{"/)
})

test('a contract that is not deployed is refused before anything is written', async () => {
  glue.answer = () => errorOf('EntityNotFoundException')
  await expect(registeredEncoders(glue.client(), 'lodestream-test')).rejects.toThrow(
    new Refusal('The registry lodestream-test does not know tick as it is here: deploy this version first.'),
  )
  glue.answer = () => [200, { SchemaVersionId: randomUUID(), Status: 'FAILURE' }]
  await expect(registeredEncoders(glue.client(), 'lodestream-test')).rejects.toThrow(/in state FAILURE/)
})

test('a registry that cannot be asked is no refusal of the contract', async () => {
  glue.answer = () => errorOf('AccessDeniedException')
  await expect(registeredEncoders(glue.client(), 'lodestream-test', [tick])).rejects.toThrow('it is AccessDenied')
})

test('without a registry the ids are derived, and frames are read by this build alone', async () => {
  const encode = (await encodersFrom({}))(tick)
  const event = validEvent(tick, random)
  expect(encode(event)).toEqual((await encodersFrom({}))(tick)(event))
})
