import { z } from '@hono/zod-openapi'
import { quarantineCountOf, selectQuarantineCounts } from '#domain/lake/quarantine.ts'
import { dayBefore } from '#domain/lake/times.ts'
import { wholeNumber } from '../parameters.ts'
import { getRoute, newRoutes, type Service } from '../service.ts'
import { Instant, iso } from '../wire.ts'
import { ReadAt } from './lake.ts'

const route = getRoute({
  path: '/quarantine',
  operationId: 'getQuarantine',
  tag: 'Lake',
  summary: 'What could not land in the lake and still waits, by topic and reason',
  description:
    'Counts records that arrived within the last days, the most frequent reason first; what was released is left out. `lodestream quarantine` explains and releases them.',
  request: { query: z.strictObject({ days: wholeNumber('How many days back a record may have arrived.', 1, 31, 7) }) },
  answer: z
    .strictObject({
      records: z.int().openapi({ description: 'All of them together.' }),
      reasons: z.array(
        z.strictObject({
          topic: z.string(),
          stage: z.enum(['decode', 'contract', 'delivery']).openapi({ description: 'Where it failed.' }),
          code: z.string().openapi({ description: 'Groups alike reasons.', example: 'price_not_positive' }),
          records: z.int(),
          oldest_at: Instant.openapi({ description: 'When the first of them was appended.' }),
          newest_at: Instant.openapi({ description: 'When the last of them was appended.' }),
          example: z.string().openapi({ description: 'The reason of the newest one, in words.' }),
        }),
      ),
      read_at: ReadAt,
    })
    .openapi('Quarantine'),
})

/** GET /quarantine. */
export function quarantineRoutes({ lake, now, stage }: Service) {
  return newRoutes().openapi(route, async (c) => {
    const { days } = c.req.valid('query')
    const { rows, askedAt } = await lake('quarantine', selectQuarantineCounts(stage, { since: dayBefore(now(), days) }))
    const reasons = rows.map(quarantineCountOf)
    const records = reasons.reduce((total, reason) => total + reason.records, 0)
    return c.json({ records, reasons, read_at: iso(askedAt) }, 200)
  })
}
