import { z } from 'zod'
import { jsonOf } from '../json.ts'
import { Refusal } from '../refusal.ts'
import type { Contract } from './to-contract.ts'

const Field = z.strictObject({
  name: z.string(),
  kind: z.enum(['text', 'token', 'decimal', 'integer', 'instant', 'flag', 'choice']),
  optional: z.boolean(),
  unit: z.string().exactOptional(),
  most: z.int().exactOptional(),
  choices: z.array(z.string()).exactOptional(),
  positive: z.literal(true).exactOptional(),
  least: z.int().exactOptional(),
  greatest: z.int().exactOptional(),
  looked_up_by: z.string().exactOptional(),
})

const Landed = z.strictObject({
  event: z.string(),
  version: z.int().positive(),
  topic: z.string(),
  wire: z.enum(['avro', 'json']),
  key: z.string(),
  table: z.string(),
  calendar: z.enum(['market', 'utc']),
  day: z.string(),
  id: z.array(z.string()),
  at: z.string(),
  late_after_ms: z.int(),
  digits_limit: z.int(),
  instant_limits: z.tuple([z.int(), z.int()]),
  fields: z.array(Field),
  notional: z.array(z.string()),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
})

/**
 * Reads a file of glue/contracts.
 * @param file its name, for the sentence
 * @throws Refusal where it is no contract
 */
export function landedContract(file: string, text: string): Contract {
  const read = Landed.safeParse(jsonOf(text))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Refusal(
    `glue/contracts/${file} is no contract (${issue?.path.join('.') || 'the whole'}: ${issue?.message}): restore it from the history, it says what has landed.`,
  )
}
