import { Logger } from '@aws-lambda-powertools/logger'
import type { EncoderFor } from '#adapters/avro/encode-events.ts'
import { recordOfRow } from '#adapters/avro/record-of-row.ts'
import { UndeliveredObjects } from '#adapters/s3/undelivered-objects.ts'
import { encodersFrom } from '#adapters/schema-registry/from-environment.ts'
import { wireLanding } from '../lake-landing/wiring.ts'
import { type Redriven, redriveErrors } from './redrive-errors.ts'

/** Left over before Lambda ends the invocation, ms: an object begun last may take as long as two appends. */
const SPARE_MS = 150_000

const logger = new Logger({ serviceName: 'lake-redrive' })
const { landing, objects } = wireLanding(process.env)
const { bronze, quarantine, now } = landing
const undelivered = new UndeliveredObjects(objects)

/** Asked for when the first row is set aside, which is seldom; what could not be asked is asked again. */
let encoders: EncoderFor | undefined

/**
 * Redrives all that stands below `errors/`, as far as the time goes. Objects that could not be redriven stay.
 * @throws Error at its end where there are such, with the reason of the first one: the alarm is upon failed runs
 */
export async function handler(
  _event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<Omit<Redriven, 'failures'>> {
  const deadline = now() + context.getRemainingTimeInMillis() - SPARE_MS
  const { failures, ...counts } = await redriveErrors({
    undelivered,
    bronze,
    quarantine,
    recordOf: async (row) => {
      encoders ??= await encodersFrom(process.env)
      return recordOfRow(row, encoders)
    },
    now,
    deadline,
  })
  if (counts.objects > 0 || failures.length > 0) logger.info('redriven', { ...counts, failed: failures.length })
  const [first] = failures
  if (first === undefined) return counts
  throw new Error(`${failures.length} objects stay below errors/, to be tried again; ${first.object}: ${first.error}`, {
    cause: first.error,
  })
}
