import type { LandedEvent } from '../events/silver-columns.ts'
import { addDays } from '../tables/calendar-date.ts'
import { tradeDateSql } from '../tables/market-day.ts'
import { dateLiteral, textLiteral } from './literals.ts'
import { databaseOf } from './names.ts'

const bronze = (stage: string): string => `"${databaseOf(stage, 'bronze')}"."events"`

/** The day to which a row of bronze belongs. */
const daySql = ({ silver }: LandedEvent): string =>
  silver.calendar === 'market' ? tradeDateSql('occurred_at') : 'cast(occurred_at as date)'

/**
 * Counts the rows of bronze that a day of an event's silver table is built from: (rows). They may have arrived a day
 * before, because a producer's clock can be ahead.
 */
export const countDay = (stage: string, event: LandedEvent, date: string): string =>
  `SELECT count(*) AS "rows"
FROM ${bronze(stage)}
WHERE event_type = ${textLiteral(event.name)}
  AND ingest_date >= ${dateLiteral(addDays(date, -1))}
  AND ${daySql(event)} = ${dateLiteral(date)}`

/** Finds the days of each event of which rows arrived on `since` or later: (event_type, of_day). */
export const arrivedDays = (stage: string, events: readonly LandedEvent[], since: string): string =>
  `SELECT DISTINCT event_type, cast(of_day AS varchar) AS of_day
FROM (${placed(stage, events, since)})
WHERE of_day IS NOT NULL`

/** Counts, as `countDay` does, every day from `first` on: (event_type, of_day, rows). */
export const countDays = (stage: string, events: readonly LandedEvent[], first: string): string =>
  `SELECT event_type, cast(of_day AS varchar) AS of_day, count(*) AS "rows"
FROM (${placed(stage, events, addDays(first, -1))})
WHERE of_day >= ${dateLiteral(first)} AND ingest_date >= of_day - interval '1' day
GROUP BY event_type, of_day`

const placed = (stage: string, events: readonly LandedEvent[], since: string): string => `
  SELECT
    event_type,
    ingest_date,
    CASE event_type
${events.map((event) => `      WHEN ${textLiteral(event.name)} THEN ${daySql(event)}`).join('\n')}
    END AS of_day
  FROM ${bronze(stage)}
  WHERE ingest_date >= ${dateLiteral(since)}
    AND event_type IN (${events.map(({ name }) => textLiteral(name)).join(', ')})
`
