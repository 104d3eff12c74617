import { type KafkaConnection, kafkaConnectionOf } from '#adapters/kafka/connection.ts'
import { Refusal } from '#domain/refusal.ts'

/** Where a stage's topics are: on a Kafka cluster, or as Kinesis streams of the same names. */
export type LogSettings =
  | ({ readonly transport: 'kafka' } & KafkaConnection)
  | {
      readonly transport: 'kinesis'
      /** Of LocalStack. @default as the environment names AWS */
      readonly endpoint?: string
    }

/**
 * The log that the environment names: TRANSPORT (kafka or kinesis); of Kafka KAFKA_BOOTSTRAP and KAFKA_IAM.
 * @throws Refusal where one of them is missing or malformed
 */
export function logSettingsOf(environment: Readonly<Record<string, string | undefined>>): LogSettings {
  const { TRANSPORT: transport } = environment
  if (transport === 'kafka') return { transport, ...kafkaConnectionOf(environment) }
  if (transport === 'kinesis') return { transport }
  throw new Refusal(`TRANSPORT is ${transport ? `"${transport}"` : 'not set'}: set it to kafka or kinesis.`)
}
