import type { Layer, TableName } from '../tables/table.ts'

/** The databases of one stage: a layer each, and one for candidates, which analysts do not see. */
export const databaseOf = (stage: string, layer: Layer | 'candidates'): string => `lodestream_${stage}_${layer}`

/** A table as SQL names it, catalogue left out: `"lodestream_local_gold"."ohlc_daily"`. */
export function qualified(stage: string, table: TableName): string {
  const [layer, name] = table.split('.') as [Layer, string]
  return `"${databaseOf(stage, layer)}"."${name}"`
}

/** Where in the lake's bucket each thing stands; all end in a slash. */
export const prefixes = {
  bronze: 'bronze/',
  quarantine: 'quarantine/',
  /** What Firehose could not deliver, below it by delivery stream. */
  errors: 'errors/',
  /** Payloads and values too large for Firehose. */
  large: 'large/',
  /** How far each feed has got. */
  feeds: 'feeds/',
  runs: 'ops/runs/',
  leases: 'ops/leases/',
} as const

/** The object that says which migrations have been run. */
export const migrationLedger = 'ops/migrations.json'

/** The folder of a published table. */
export const locationOf = (bucket: string, table: TableName): string => `s3://${bucket}/${table.replace('.', '/')}/`
