import { Logger } from '@aws-lambda-powertools/logger'
import { complaintOf, type Relayed, relayTrades } from './relay-trades.ts'
import { wireRelay } from './wiring.ts'

/** Left over before Lambda ends the invocation, ms: what was taken last is handed over, and the position noted. */
const SPARE_MS = 20_000

const COLLECT_MS = 300
const NOTE_MS = 5_000

const logger = new Logger({ serviceName: 'binance-relay' })
const { lastsMs, rest, begin } = wireRelay(process.env)

/**
 * Relays Binance's trades until its time is up, or until the next run has taken over.
 * @returns what it did, which it also logs as one line
 * @throws Error where it could not go on, and at its end where somebody has to look: the alarm is upon failed runs
 */
export async function handler(
  _event: unknown,
  context: { readonly awsRequestId: string; getRemainingTimeInMillis(): number },
): Promise<Relayed> {
  const relaying = await begin(context.awsRequestId, {
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, fields) => logger.error(message, { ...fields }),
  })
  try {
    const relayed = await relayTrades(relaying, {
      lastsMs: Math.max(0, Math.min(lastsMs, context.getRemainingTimeInMillis() - SPARE_MS)),
      collectMs: COLLECT_MS,
      noteMs: NOTE_MS,
    })
    logger.info('relayed', { ...relayed })
    const complaint = complaintOf(relayed, rest)
    if (complaint === undefined) return relayed
    throw new Error(complaint)
  } finally {
    await relaying.sink.close()
  }
}
