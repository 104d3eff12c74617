import { Refusal } from '#domain/refusal.ts'
import { loadState, updateState } from './state.ts'

/** What topics stand on. */
export type Transport = 'kafka' | 'kinesis'

/** The parts that one of them needs, and no other. */
export const logParts: Readonly<Record<Transport, readonly string[]>> = {
  kafka: ['kafka', 'msk', 'kafka-event-source'],
  kinesis: ['kinesis'],
}

/** What the topics of the platform at `home` stand on; Kafka where nobody has chosen. */
export const transportOf = (home: string): Transport => loadState(home).transport ?? 'kafka'

/**
 * Settles what the topics of the platform at `home` stand on. Once chosen it stays until the data is deleted.
 * @param wanted @default what was chosen before; at first Kafka
 * @throws Refusal where its topics are on another
 */
export function chooseTransport(home: string, wanted: Transport | undefined): Transport {
  const { transport, ports } = loadState(home)
  // A platform that was brought up before there was a choice is on Kafka.
  const chosen = transport ?? (ports.kafka === undefined ? undefined : 'kafka')
  if (wanted !== undefined && chosen !== undefined && wanted !== chosen) {
    throw new Refusal(
      `The platform in ${home} has its topics on ${chosen}, and they do not move: run lodestream down --delete-data first.`,
    )
  }
  const settled = wanted ?? chosen ?? 'kafka'
  updateState(home, (state) => {
    state.transport = settled
  })
  return settled
}

/** Forgets the choice, and the ports of either log, with the data. */
export function forgetTransport(home: string): void {
  updateState(home, (state) => {
    delete state.transport
    for (const part of Object.values(logParts).flat()) delete state.ports[part]
  })
}
