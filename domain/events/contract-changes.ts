import type { Change } from './field-changes.ts'
import type { Contract } from './to-contract.ts'

/** What has changed of a contract but its fields: none of it can be undone for what has landed, so all of it breaks. */
export function contractChanges(landed: Contract, now: Contract): readonly Change[] {
  const { event, table } = landed
  const silver = `silver.${table}`
  const changes: readonly (readonly [before: unknown, after: unknown, says: (was: string, is: string) => string])[] = [
    [
      landed.id,
      now.id,
      (was, is) =>
        `${event} was named by ${was} and is by ${is}: an event that is sent again across the change has two ids, so the hot path counts it twice and analysts find it twice in ${silver}.`,
    ],
    [
      landed.key,
      now.key,
      (was, is) =>
        `${event} was partitioned by ${was} and is by ${is}: events of one ${was} no longer stay in order, and the hot path's values of one entity lie in partitions that do not add up.`,
    ],
    [
      landed.at,
      now.at,
      (was, is) =>
        `${event} happened at ${was} and now at ${is}: bronze landed with the old time, so that days of analysts' ${silver} refuse its rows, and live buckets mix both.`,
    ],
    [
      landed.topic,
      now.topic,
      (was, is) =>
        `${event} travelled on ${was} and now on ${is}: what older producers still send to ${was} goes to quarantine as a foreign event, and consumers of ${was} see no new ones.`,
    ],
    [
      landed.wire,
      now.wire,
      (was, is) =>
        `${event} travelled as ${was} and now as ${is}: older consumers put every new event into quarantine, and newer ones what older producers still send.`,
    ],
    [
      landed.table,
      now.table,
      (was, is) =>
        `${event} landed in silver.${was} and now in silver.${is}: analysts' queries of silver.${was} find no new rows.`,
    ],
    [
      landed.calendar,
      now.calendar,
      (was, is) =>
        `${event} belonged to days of the ${was} calendar and now to those of ${is}: published days of analysts' ${silver} would lose rows to their neighbours, and gold with them.`,
    ],
    [
      landed.late_after_ms,
      now.late_after_ms,
      (was, is) =>
        `${event} was late after ${was} ms and is after ${is} ms: is_late of analysts' ${silver} means two things, and the hot path no longer counts what its reconciliation expects.`,
    ],
    [
      [landed.digits_limit, landed.instant_limits],
      [now.digits_limit, now.instant_limits],
      (was, is) =>
        `Digits and times of ${event} were limited to ${was} and are to ${is}: one of the two versions puts into quarantine what the other one sends, and days of ${silver} that hold it cannot be built.`,
    ],
  ]
  return changes
    .filter(([before, after]) => textOf(before) !== textOf(after))
    .map(([before, after, says]) => ({ breaks: true, says: says(textOf(before), textOf(after)) }))
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.flat().join(', ') : String(value))
