import { Logger } from '@aws-lambda-powertools/logger'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { pollAll } from './poll-all.ts'
import type { Outcome } from './poll-source.ts'
import { sourceNames } from './sources.ts'
import { wirePolling } from './wiring.ts'

/** Left over before Lambda ends the invocation, ms: one request, and what it brought handed over. */
const SPARE_MS = 20_000

const logger = new Logger({ serviceName: 'venue-poll' })
const { sourcesOf, begin, forgetKeys } = wirePolling(process.env)
const input = z.object({ source: z.enum(sourceNames) })

/**
 * Polls the source that its schedule names, and hands over what is new.
 * @returns what became of it, by feed
 * @throws Refusal where the input or the environment is wrong; Error where a source could not be polled: the alarm is
 * upon failed runs, and the error is not logged besides
 */
export async function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<Readonly<Record<string, Outcome>>> {
  const { success, data } = input.safeParse(event)
  if (!success) throw new Refusal(`The input has to be {"source": …}, one of ${sourceNames.join(', ')}.`)
  const { source } = data
  const sources = await sourcesOf(source)
  if (sources.length === 0) logger.info('not asked: there is no key for it', { source })
  const deadline = Date.now() + context.getRemainingTimeInMillis() - SPARE_MS
  const polling = begin(deadline, (message, fields) => logger.warn(message, fields))
  try {
    return await pollAll(sources, polling, ({ name }, outcome) => logger.info('polled', { source: name, ...outcome }))
  } catch (error) {
    // It may have been for a key that has been replaced.
    forgetKeys()
    throw error
  } finally {
    await polling.sink.close()
  }
}
