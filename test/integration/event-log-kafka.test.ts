import { Broker } from '#test/adapters/kafka/broker.ts'
import { eventLogContract } from '#test/contracts/event-log.ts'

eventLogContract('Kafka', async () => {
  const broker = await Broker.start()
  return {
    port: broker.port,
    at: (bootstrap) => ({ transport: 'kafka', bootstrap }),
    create: (topic, partitions) => broker.create([topic], partitions),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  }
})
