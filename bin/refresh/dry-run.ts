import { Refusal } from '#domain/refusal.ts'
import { planRefresh } from '#domain/tables/plan-refresh.ts'
import type { RefreshPlan, Table } from '#domain/tables/table.ts'
import { namesIn } from '../stage.ts'

/** Names no run: a dry one is none. */
const RUN = 'dry-run'

/** LocalStack's account; that of a stage on AWS is not asked for, for a dry run touches nothing. */
const accountOf = (stage: string): string =>
  stage === 'local' ? '000000000000' : (process.env.AWS_ACCOUNT_ID ?? '<account>')

/** The plans of those tables, of each for every day, in the order in which they would run. @throws Refusal without a day */
export function dryPlans(stage: string, tables: readonly Table[], days: readonly string[]): readonly RefreshPlan[] {
  if (days.length === 0 && tables.some(({ day }) => day !== undefined)) {
    throw new Refusal('A dry run has to know the day, because it asks nobody what has landed: add --date yyyy-mm-dd.')
  }
  const account = accountOf(stage)
  const where = {
    stage,
    run: RUN,
    lakeBucket: `lodestream-${stage}-lake-${account}`,
    scratchBucket: `lodestream-${stage}-scratch-${account}`,
    silverJob: namesIn(stage).silverJob,
  }
  return tables.flatMap((table) =>
    table.day === undefined ? [planRefresh(table, where)] : days.map((date) => planRefresh(table, { ...where, date })),
  )
}

/** The plans for a person: SQL that can be pasted, with a comment above each statement. */
export const plansText = (plans: readonly RefreshPlan[]): string =>
  plans
    .map(({ table, date, build, check, publish, drop }) => {
      const title = date === undefined ? `${table}, whole` : `${table} of ${date}`
      const built =
        build.kind === 'athena'
          ? `-- Build\n${build.sql};`
          : `-- Build: Glue job ${build.job}\n${Object.entries(build.arguments)
              .map(([name, value]) => `--   ${name} ${value.length > 160 ? `${value.slice(0, 160)}…` : value}`)
              .join('\n')}`
      return [
        `-- ${title}`,
        '',
        built,
        '',
        '-- Check',
        `${check};`,
        '',
        '-- Publish, where a row would change',
        `${publish};`,
        '',
        '-- Drop',
        `${drop};`,
      ].join('\n')
    })
    .join('\n\n')
