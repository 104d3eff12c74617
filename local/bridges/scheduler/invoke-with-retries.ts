import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ScheduleRequest } from './schedule.ts'
import { inputOf, type Targets, timeOf } from './targets.ts'

/** First wait before a retry, ms; doubled each time. */
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 60_000

/** What to invoke, and for when it was scheduled, ms. */
export interface Due {
  readonly scheduleArn: string
  readonly scheduled: number
  readonly target: ScheduleRequest['Target']
}

/**
 * Invokes a target until it takes the invocation, or the retry policy has had enough; then the dead-letter queue gets
 * it, if there is one. Never rejects: what it gives up it says, and nobody waits for a schedule.
 * @param stop ends the waits between retries @param wait first wait, ms
 */
export async function invokeWithRetries(
  { scheduleArn, scheduled, target }: Due,
  targets: Targets,
  stop: AbortSignal,
  wait = FIRST_WAIT,
): Promise<void> {
  const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = target.RetryPolicy
  const id = randomUUID()
  const began = Date.now()
  for (let attempt = 1; !stop.aborted; attempt++) {
    try {
      await targets.invoke(target, { scheduleArn, scheduled, id, attempt })
      return
    } catch (error) {
      const next = Math.min(wait * 2 ** (attempt - 1), LONGEST_WAIT)
      const exhausted =
        attempt > MaximumRetryAttempts
          ? 'MaximumRetryAttempts'
          : Date.now() + next - began > MaximumEventAgeInSeconds * 1000
            ? 'MaximumEventAgeInSeconds'
            : undefined
      if (exhausted || !isRetried(error)) {
        await giveUp({ scheduleArn, scheduled, target }, targets, { id, attempt, error, exhausted })
        return
      }
      await delay(next, undefined, { signal: stop }).catch((reason: unknown) => {
        if (!stop.aborted) throw reason
      })
    }
  }
}

interface GivenUp {
  readonly id: string
  readonly attempt: number
  readonly error: unknown
  readonly exhausted: string | undefined
}

async function giveUp(
  { scheduleArn, scheduled, target }: Due,
  targets: Targets,
  { id, attempt, error, exhausted }: GivenUp,
) {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  console.error(`${scheduleArn}: given up after ${attempt} attempts: ${name}: ${message}`)
  const queue = target.DeadLetterConfig?.Arn
  if (!queue) return
  const facts: Record<string, string> = {
    ERROR_CODE: name,
    ERROR_MESSAGE: message || name,
    EXECUTION_ID: id,
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(attempt - 1),
    SCHEDULE_ARN: scheduleArn,
    SCHEDULED_TIME: timeOf(scheduled),
    TARGET_ARN: target.Arn,
    ...(exhausted && { EXHAUSTED_RETRY_CONDITION: exhausted }),
  }
  const MessageAttributes = Object.fromEntries(
    Object.entries(facts).map(([key, StringValue]) => [key, { DataType: 'String', StringValue }]),
  )
  try {
    await targets.send(queue, inputOf(target.Input, { scheduleArn, scheduled, id, attempt }), { MessageAttributes })
  } catch (failure) {
    console.error(`${scheduleArn}: not even ${queue} took it: ${failure instanceof Error ? failure.message : failure}`)
  }
}

/** Whether it might go better later: not what the target's service refuses, such as a target that is not there. */
function isRetried(error: unknown): boolean {
  const { $metadata: { httpStatusCode: status = 500 } = {} } = error as { $metadata?: { httpStatusCode?: number } }
  return status >= 500 || status === 429 || (error instanceof Error && /Throttl|TooManyRequests/.test(error.name))
}
