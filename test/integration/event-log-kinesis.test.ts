import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateStreamCommand } from '@aws-sdk/client-kinesis'
import { kinesisClient } from '#adapters/kinesis/connection.ts'
import { kinesis } from '#local/engines/kinesis.ts'
import { startKinesisMock } from '#test/adapters/kinesis/kinesis-mock.ts'
import { eventLogContract } from '#test/contracts/event-log.ts'

eventLogContract('Kinesis', async () => {
  const home = await mkdtemp(join(tmpdir(), 'lodestream-kinesis-'))
  const endpoint = await kinesis.start({ home })
  const client = kinesisClient({ endpoint })
  return {
    port: Number(new URL(endpoint).port),
    at: (address) => ({ transport: 'kinesis', endpoint: `http://${address}` }),
    create: async (topic, partitions) => {
      await client.send(new CreateStreamCommand({ StreamName: topic, ShardCount: partitions }))
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await kinesis.stop({ home })
      await rm(home, { recursive: true })
    },
  }
})

eventLogContract('Kinesis, by the engine that LocalStack takes', startKinesisMock)
