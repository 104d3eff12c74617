import { z } from 'zod'
import { decoder } from '#adapters/avro/decode-records.ts'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import { invokeFunction } from '#adapters/lambda/invoke-function.ts'
import { registryClient } from '#adapters/schema-registry/client.ts'
import { registrySchemas } from '#adapters/schema-registry/registry-schemas.ts'
import { placeText } from '#domain/lake/quarantine.ts'
import { type Held, judge, redeliveriesOf } from '#domain/lake/release.ts'
import { Refusal } from '#domain/refusal.ts'
import { asking } from '../stage.ts'
import { counted, printable, tableText } from '../table-text.ts'

/** What became of a release. */
export interface Released {
  /** Records that today's contracts accept; delivered, unless it was a dry run. */
  readonly released: number
  readonly refused: readonly { readonly place: string; readonly code: string; readonly reason: string }[]
  readonly dry_run: boolean
  /** Whether more wait than were looked at. */
  readonly more: boolean
}

/** The answer of a function behind an event source: what it could not handle. */
const Answer = z.object({ batchItemFailures: z.array(z.unknown()) })

const SHOWN = 40

/**
 * Judges each record by today's contracts, and delivers those that they accept.
 * @param fn the function that lands records @param dryRun deliver nothing
 * @throws Refusal where the function fails, or says that it could not land some
 */
export async function release(
  held: readonly Held[],
  { fn, connection, dryRun, more }: { fn: string; connection: AwsConnection; dryRun: boolean; more: boolean },
  progress: (delivered: number) => void,
): Promise<Released> {
  const decode = decoder(registrySchemas(registryClient(connection)))
  const verdicts = await asking('schemas', connection, () => judge(held, decode))
  const accepted = verdicts.filter((verdict) => !('code' in verdict))
  let delivered = 0
  for (const { event, records } of dryRun ? [] : redeliveriesOf(accepted)) {
    const answer = Answer.safeParse(await invokeFunction(fn, event, connection))
    if (!answer.success || answer.data.batchItemFailures.length > 0) {
      throw new Refusal(
        `${fn} could not land all of ${counted(records.length, 'record')}: its log says why; run release again, what landed is left out.`,
      )
    }
    delivered += records.length
    progress(delivered)
  }
  const refused = verdicts.flatMap((verdict) =>
    'code' in verdict ? [{ place: placeText(verdict.row), code: verdict.code, reason: verdict.reason }] : [],
  )
  return { released: accepted.length, refused, dry_run: dryRun, more }
}

/** The release for a person. */
export function releasedText({ released, refused, dry_run, more }: Released): string {
  const lines: string[] = []
  if (released > 0) {
    lines.push(
      dry_run
        ? `${counted(released, 'record')} would be released.`
        : `${counted(released, 'record')} delivered to be landed: in bronze within a minute or two, at ${released === 1 ? 'its' : 'their'} own place.`,
    )
    if (!dry_run) {
      lines.push('Tables have them after lodestream refresh; live values after lodestream replay <topic> --force.')
    }
  }
  if (refused.length > 0) {
    lines.push(`${counted(refused.length, 'record')} ${refused.length === 1 ? 'is' : 'are'} still refused:`)
    const shown = refused.slice(0, SHOWN)
    const table = tableText(
      [
        { title: 'place', of: ({ place }: (typeof shown)[number]) => place },
        { title: 'code', of: ({ code }) => code },
        { title: 'reason today', of: ({ reason }) => printable(reason) },
      ],
      shown,
    )
    lines.push(table)
    if (refused.length > SHOWN) lines.push(`… and ${refused.length - SHOWN} more: --json has them all.`)
  }
  if (more) lines.push('More wait than were looked at: run it again, or raise --limit.')
  return lines.join('\n') || 'Nothing waits.'
}
