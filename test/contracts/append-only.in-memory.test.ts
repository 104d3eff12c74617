import { FirehoseDelivery } from '#adapters/firehose/delivery.ts'
import type { BronzeRow } from '#domain/lake/rows.ts'
import { StreamInMemory } from '#test/adapters/firehose/stream-in-memory.ts'
import { appendOnlyContract } from './append-only.ts'
import { InMemoryTable } from './in-memory-table.ts'
import { seeded, seedOf } from './random.ts'

appendOnlyContract('in memory', async () => {
  const table = new InMemoryTable<BronzeRow>()
  return {
    table,
    landed: async () => table.rows,
    break: async () => {
      table.failure = new Error('the table is gone')
    },
  }
})

const random = seeded(seedOf('append-only'))

appendOnlyContract('Firehose that fails 30 % of records and throttles 10 % of calls', async () => {
  const stream = new StreamInMemory(random, { failedRecords: 0.3, throttles: 0.1 })
  const table = new FirehoseDelivery<BronzeRow>(stream.put, { pauseMs: 1, longestPauseMs: 4, deadlineMs: 2_000 })
  return {
    table,
    landed: async () => stream.rows((line): BronzeRow => JSON.parse(line)),
    break: async () => {
      stream.throttles = 1
    },
  }
})
