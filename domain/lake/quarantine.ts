import type { LakeRow } from '../ports.ts'
import { dateLiteral, textLiteral } from './literals.ts'
import { databaseOf } from './names.ts'
import type { QuarantineRow } from './rows.ts'
import type { Statement } from './run-records.ts'
import { dayOf, isoOfLakeTime } from './times.ts'

/** Which records are asked for: those that still wait, whose place bronze has not. */
export interface QuarantineAsked {
  /** The first day of arrival, `yyyy-mm-dd`. @default everything */
  readonly since?: string
  readonly topic?: string
  /** As of the newest time that the record was refused. */
  readonly code?: string
  readonly place?: QuarantinePlace
}

/** Where a record stands in the log; the offset as the lake spells it, padded with zeros. */
export type QuarantinePlace = Pick<QuarantineRow, 'topic' | 'partition' | 'offset'>

/** Records of one topic that wait for one reason. */
export interface QuarantineCount {
  readonly topic: string
  readonly stage: QuarantineRow['stage']
  readonly code: string
  readonly records: number
  /** When the first and the last of them were appended, ISO 8601. */
  readonly oldest_at: string
  readonly newest_at: string
  /** The reason of the newest one. */
  readonly example: string
}

/** The first day that the lake's tables have partitions for. */
const FIRST_DAY = '2026-01-01'
const MOST_COUNTS = 200

/** Digits of Kafka's offsets in the lake, and of Kinesis's sequence numbers. */
const OFFSET_DIGITS = { kafka: 20, kinesis: 56 } as const

/** An offset as the lake spells it. @param digits without zeros before them, as people and logs write it */
export function paddedOffset(digits: string): string {
  const bare = digits.replace(/^0+(?=\d)/, '')
  return bare.padStart(bare.length > OFFSET_DIGITS.kafka ? OFFSET_DIGITS.kinesis : OFFSET_DIGITS.kafka, '0')
}

/** `market_data_raw/3/42`: the place as people write it. */
export const placeText = ({ topic, partition, offset }: QuarantinePlace): string =>
  `${topic}/${partition}/${BigInt(offset)}`

/** Reads `<topic>/<partition>/<offset>`. @returns undefined where the text is anything else */
export function parsePlace(text: string): QuarantinePlace | undefined {
  const [, topic, partition, offset] = /^([\w.-]{1,249})\/(\d{1,6})\/(\d{1,56})$/.exec(text) ?? []
  if (topic === undefined || partition === undefined || offset === undefined) return undefined
  return { topic, partition: Number(partition), offset: paddedOffset(offset) }
}

/** Counts what waits, by topic, stage and code; the most frequent first. */
export function selectQuarantineCounts(stage: string, asked: QuarantineAsked): Statement {
  const { sql, parameters } = waiting(stage, asked)
  return {
    sql: `${sql}
select
  topic,
  stage,
  code,
  count(*) as records,
  min(appended_at) as oldest_at,
  max(appended_at) as newest_at,
  max_by(reason, appended_at) as example
from waiting
group by topic, stage, code
order by records desc, topic, stage, code
limit ${MOST_COUNTS}`,
    parameters,
  }
}

/** Selects what waits, whole, in the order of the log. @param limit at most so many */
export function selectQuarantined(stage: string, asked: QuarantineAsked, limit: number): Statement {
  const { sql, parameters } = waiting(stage, asked)
  return {
    sql: `${sql}
select topic, "partition", "offset", appended_at, quarantined_at, stage, code, reason, "value", value_pointer
from waiting
order by topic, "partition", "offset"
limit ${Math.trunc(limit)}`,
    parameters,
  }
}

/** How many records bronze has of a place that arrived on a day: more than none where it was released. */
export const selectLanded = (stage: string, { topic, partition, offset, appended_at }: QuarantineRow): Statement => ({
  sql: `select count(*) as records
from "${databaseOf(stage, 'bronze')}"."events"
where ingest_date = ${dateLiteral(dayOf(Date.parse(appended_at)))}
  and topic = ? and "partition" = ${partition} and "offset" = ?`,
  parameters: [topic, offset].map(textLiteral),
})

/** Selects one place's record, whether it waits still or was released. */
export function selectPlace(stage: string, place: QuarantinePlace, since = FIRST_DAY): Statement {
  const { conditions, parameters } = conditionsOf({ since, place })
  return {
    sql: `select topic, "partition", "offset", appended_at, quarantined_at, stage, code, reason, "value", value_pointer
from "${databaseOf(stage, 'ops')}"."quarantine"
where ${conditions}
order by quarantined_at desc
limit 1`,
    parameters,
  }
}

/**
 * A record refused twice counts once, as of the last time. The small side of the join stands last: the engine then reads
 * of bronze only the days, files and row groups that may hold one of its places.
 */
function waiting(stage: string, asked: QuarantineAsked): Statement {
  const since = asked.since ?? FIRST_DAY
  const { conditions, parameters } = conditionsOf({ ...asked, since })
  const code = asked.code === undefined ? '' : ' and code = ?'
  return {
    sql: `with refused as (
  select *, row_number() over (partition by topic, "partition", "offset" order by quarantined_at desc) as age
  from "${databaseOf(stage, 'ops')}"."quarantine"
  where ${conditions}
),
quarantined as (
  select * from refused where age = 1${code}
),
landed as (
  select distinct b.topic, b."partition", b."offset"
  from "${databaseOf(stage, 'bronze')}"."events" b
  join quarantined q
    on b.ingest_date = q.ingest_date and b.topic = q.topic and b."partition" = q."partition" and b."offset" = q."offset"
  where b.ingest_date >= ${dateLiteral(since)}
),
waiting as (
  select q.*
  from quarantined q
  left join landed l on q.topic = l.topic and q."partition" = l."partition" and q."offset" = l."offset"
  where l.topic is null
)`,
    parameters: [...parameters, ...(asked.code === undefined ? [] : [textLiteral(asked.code)])],
  }
}

function conditionsOf({ since, topic, place }: QuarantineAsked & { readonly since: string }) {
  const conditions = [`ingest_date >= ${dateLiteral(since)}`]
  const parameters: string[] = []
  if (topic !== undefined) {
    conditions.push('topic = ?')
    parameters.push(textLiteral(topic))
  }
  if (place !== undefined) {
    conditions.push('topic = ?', `"partition" = ${Math.trunc(place.partition)}`, '"offset" = ?')
    parameters.push(textLiteral(place.topic), textLiteral(place.offset))
  }
  return { conditions: conditions.join(' and '), parameters }
}

/** A row of `selectQuarantineCounts`. @throws Error where it is none */
export function quarantineCountOf(row: LakeRow): QuarantineCount {
  const { topic, code, example } = row
  const [oldest_at, newest_at] = [isoOfLakeTime(row.oldest_at), isoOfLakeTime(row.newest_at)]
  const stage = stageOf(row.stage)
  if (!topic || !code || !stage || !oldest_at || !newest_at) throw unlike(row)
  return { topic, stage, code, records: Number(row.records), oldest_at, newest_at, example: example ?? '' }
}

/** A row of `selectQuarantined`, its times as ISO 8601. @throws Error where it is none */
export function quarantineRowOf(row: LakeRow): QuarantineRow {
  const { topic, partition, offset, code, reason, value, value_pointer } = row
  const [appended_at, quarantined_at] = [isoOfLakeTime(row.appended_at), isoOfLakeTime(row.quarantined_at)]
  const stage = stageOf(row.stage)
  if (!topic || !partition || !offset || !appended_at || !quarantined_at || !stage || !code) throw unlike(row)
  return {
    topic,
    partition: Number(partition),
    offset,
    appended_at,
    quarantined_at,
    stage,
    code,
    reason: reason ?? '',
    ...(value === undefined ? {} : { value }),
    ...(value_pointer ? { value_pointer } : {}),
    ingest_date: appended_at.slice(0, 10),
  }
}

const STAGES = ['decode', 'contract', 'delivery'] as const
const stageOf = (text: string | undefined) => STAGES.find((stage) => stage === text)

const unlike = (row: LakeRow): Error =>
  new Error(`ops.quarantine holds ${JSON.stringify(row)}, which is no record of it`)
