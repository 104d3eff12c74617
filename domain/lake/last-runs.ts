import { dateLiteral } from './literals.ts'
import { databaseOf } from './names.ts'

/**
 * Selects, of each table and day that has one, what its last good run was made from and when that began, and when the
 * last run that changed something ended: (table_name, refreshed_date, source_rows, began_at, published_at). Times are
 * ISO 8601; a whole table's refreshed_date is null.
 * @param since the first day, `yyyy-mm-dd`, on which such a run may have finished
 */
export const lastRuns = (stage: string, since: string): string => `SELECT
  table_name,
  refreshed_date,
  max_by(source_rows, started_at) FILTER (WHERE outcome <> 'failed') AS source_rows,
  max(started_at) FILTER (WHERE outcome <> 'failed') AS began_at,
  max(finished_at) FILTER (WHERE outcome = 'published') AS published_at
FROM "${databaseOf(stage, 'ops')}"."runs"
WHERE run_date >= ${dateLiteral(since)}
GROUP BY table_name, refreshed_date`
