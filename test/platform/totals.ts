import { rollUp } from '#domain/metrics/bucket.ts'
import { handledRecords } from '#domain/metrics/handled-records.ts'
import { BRONZE, landed, QUARANTINE, type Row, rows } from './lake.ts'
import { lodestream, withView } from './platform.ts'

/** What became of records. */
export interface Totals {
  /** Records in the log. */
  readonly records: number
  /** Places of the log in bronze, and in quarantine. */
  readonly landed: number
  readonly quarantined: number
  /** Rows of bronze whose event stands at an earlier place, too. */
  readonly duplicates: number
  /** What the hot path made of them. */
  readonly counted: number
  readonly late: number
  readonly duplicate: number
  readonly rejected: number
}

/** Of each topic, once everything has landed. */
export async function totalsByTopic(): Promise<ReadonlyMap<string, Totals>> {
  await landed()
  const states: readonly { readonly topic: string; readonly records: number }[] = JSON.parse(
    await lodestream('topics', '--json'),
  )
  const place = `count(distinct cast("partition" as varchar) || '/' || "offset") as places`
  const bronze = await rows(`select topic, ${place}, count(distinct event_id) as ids from ${BRONZE} group by topic`)
  const quarantine = await rows(`select topic, ${place} from ${QUARANTINE} group by topic`)
  const count = (table: readonly Row[], of: string, what: string) =>
    Number(table.find(({ topic }) => topic === of)?.[what] ?? 0)
  const handled = await withView((view) => view.readAll(handledRecords))
  const accepted = ['counted', 'counted_late', 'late', 'duplicate']
  return new Map(
    states.map(({ topic, records }) => {
      const hot = (which: (outcome: string) => boolean) =>
        handled
          .filter(({ entity: [of, outcome = ''] }) => of === topic && which(outcome))
          .reduce((sum, bucket) => sum + (rollUp(handledRecords, [bucket]).get(0) ?? 0), 0)
      return [
        topic,
        {
          records,
          landed: count(bronze, topic, 'places'),
          quarantined: count(quarantine, topic, 'places'),
          duplicates: count(bronze, topic, 'places') - count(bronze, topic, 'ids'),
          counted: hot((outcome) => outcome.startsWith('counted')),
          late: hot((outcome) => outcome === 'late'),
          duplicate: hot((outcome) => outcome === 'duplicate'),
          rejected: hot((outcome) => !accepted.includes(outcome)),
        },
      ]
    }),
  )
}

/** Of all topics together. */
export async function totals(): Promise<Totals> {
  const each = [...(await totalsByTopic()).values()]
  return eachOf((figure) => each.reduce((all, topic) => all + topic[figure], 0))
}

/** What has come since. */
export const differenceOf = (before: Totals, after: Totals): Totals =>
  eachOf((figure) => after[figure] - before[figure])

const eachOf = (of: (figure: keyof Totals) => number): Totals => ({
  records: of('records'),
  landed: of('landed'),
  quarantined: of('quarantined'),
  duplicates: of('duplicates'),
  counted: of('counted'),
  late: of('late'),
  duplicate: of('duplicate'),
  rejected: of('rejected'),
})
