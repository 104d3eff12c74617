import { GetTableCommand, GetTableVersionCommand, GlueClient, type Column as GlueColumn } from '@aws-sdk/client-glue'
import type { Conversion } from './destination.ts'
import type { CatalogTable } from './error-record.ts'

/** A column of a Glue table; the type in Hive's words, lower case. */
export interface Column {
  readonly name: string
  readonly type: string
}

/** What records are converted by. Partition keys are no columns: the object's place says them. */
export interface Schema {
  readonly columns: readonly Column[]
  readonly table: CatalogTable
}

/** How long a schema is believed, ms; a table that gets a column is soon written with it. */
const KEPT_MS = 5_000

/** Tables of the Glue catalogue, asked again when they are no longer fresh. */
export class GlueSchemas {
  readonly #glue: GlueClient
  readonly #kept = new Map<string, { readonly until: number; readonly schema: Schema }>()

  /** @param endpoint http://… */
  constructor(endpoint: string) {
    this.#glue = new GlueClient({ endpoint, maxAttempts: 1 })
  }

  /** @throws Error where Glue does not answer, or has no such table */
  async get(conversion: Conversion): Promise<Schema> {
    const key = `${conversion.database}.${conversion.table}@${conversion.version}`
    const kept = this.#kept.get(key)
    if (kept && kept.until > performance.now()) return kept.schema
    const schema = await this.#ask(conversion)
    this.#kept.set(key, { until: performance.now() + KEPT_MS, schema })
    return schema
  }

  async #ask({ database, table, version, region }: Conversion): Promise<Schema> {
    const found =
      version === 'LATEST'
        ? (await this.#glue.send(new GetTableCommand({ DatabaseName: database, Name: table }))).Table
        : (
            await this.#glue.send(
              new GetTableVersionCommand({ DatabaseName: database, TableName: table, VersionId: version }),
            )
          ).TableVersion?.Table
    const columns = found?.StorageDescriptor?.Columns
    if (!columns) throw new Error(`Glue describes no columns of ${database}.${table}.`)
    return {
      columns: columns.map(columnOf),
      table: {
        catalogId: found.CatalogId ?? '000000000000',
        databaseName: database,
        tableName: table,
        region,
        versionId: version,
      },
    }
  }
}

const columnOf = ({ Name = '', Type = 'string' }: GlueColumn): Column => ({ name: Name, type: Type.toLowerCase() })
