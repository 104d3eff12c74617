import {
  AlreadyExistsException,
  CreatePartitionCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  EntityNotFoundException,
  GetTableCommand,
  GlueClient,
  type Table as GlueTable,
  paginateGetPartitions,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import { QueryFailure } from '../errors.ts'
import type { TableReference } from '../sql/cursor.ts'

/** What a table is to the statements that may touch it. */
export type TableKind = 'hive' | 'iceberg' | 'view'

/** A partition of a Hive table, by its keys. */
export interface Partition {
  readonly values: ReadonlyMap<string, string>
  /** @default below the table's own location, as Hive names folders */
  readonly location?: string
}

/** Glue's data catalogue, as far as Athena's own DDL speaks to it; all else goes through the engine. */
export class Catalogue {
  readonly #client: GlueClient

  /** @param endpoint of Glue, `http://host:port` */
  constructor(endpoint: string) {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    this.#client = new GlueClient({ endpoint, region: 'us-east-1', credentials })
  }

  /** Undefined where there is no such table. */
  async kindOf(reference: Required<TableReference>): Promise<TableKind | undefined> {
    const table = await this.#find(reference)
    if (table === undefined) return undefined
    if (table.TableType === 'VIRTUAL_VIEW') return 'view'
    return table.Parameters?.table_type?.toUpperCase() === 'ICEBERG' ? 'iceberg' : 'hive'
  }

  /** The table's parameters, as SHOW TBLPROPERTIES lists them. Throws a QueryFailure where there is no such table. */
  async parametersOf(reference: Required<TableReference>): Promise<Readonly<Record<string, string>>> {
    return (await this.#get(reference)).Parameters ?? {}
  }

  /** The registered partitions as `key=value/key=value`. Throws a QueryFailure where there is no such table. */
  async partitionsOf(reference: Required<TableReference>): Promise<readonly string[]> {
    const keys = (await this.#get(reference)).PartitionKeys ?? []
    if (keys.length === 0) {
      throw new QueryFailure(`FAILED: Execution Error. Table ${reference.table} is not a partitioned table`)
    }
    const found: string[] = []
    const asked = { DatabaseName: reference.database, TableName: reference.table }
    for await (const { Partitions = [] } of paginateGetPartitions({ client: this.#client }, asked)) {
      const named = (values: readonly string[]) => keys.map(({ Name }, index) => `${Name}=${values[index] ?? ''}`)
      found.push(...Partitions.map(({ Values = [] }) => named(Values).join('/')))
    }
    return found.sort()
  }

  /** Registers a partition. @param isTolerant whether it may be there already */
  async addPartition(reference: Required<TableReference>, partition: Partition, isTolerant: boolean): Promise<void> {
    const { PartitionKeys = [], StorageDescriptor } = await this.#get(reference)
    const values = valuesOf(PartitionKeys, partition.values)
    const folder = PartitionKeys.map(({ Name }, index) => `${Name}=${values[index]}/`).join('')
    const Location = partition.location ?? `${StorageDescriptor?.Location?.replace(/\/?$/, '/')}${folder}`
    const input = { Values: values, StorageDescriptor: { ...StorageDescriptor, Location } }
    const { database: DatabaseName, table: TableName } = reference
    try {
      await this.#client.send(new CreatePartitionCommand({ DatabaseName, TableName, PartitionInput: input }))
    } catch (error) {
      if (!(isTolerant && error instanceof AlreadyExistsException)) throw asFailure(error)
    }
  }

  /** Forgets a partition; its data stays. @param isTolerant whether it may be absent */
  async dropPartition(
    reference: Required<TableReference>,
    values: Partition['values'],
    isTolerant: boolean,
  ): Promise<void> {
    const PartitionValues = valuesOf((await this.#get(reference)).PartitionKeys ?? [], values)
    const { database: DatabaseName, table: TableName } = reference
    try {
      await this.#client.send(new DeletePartitionCommand({ DatabaseName, TableName, PartitionValues }))
    } catch (error) {
      if (!(isTolerant && error instanceof EntityNotFoundException)) throw asFailure(error)
    }
  }

  /** Throws a QueryFailure where there is no such table. */
  async requireTable(reference: Required<TableReference>): Promise<void> {
    await this.#get(reference)
  }

  /** Throws a QueryFailure where the table is there already, or its database is not. */
  async create(database: string, table: TableInput): Promise<void> {
    try {
      await this.#client.send(new CreateTableCommand({ DatabaseName: database, TableInput: table }))
    } catch (error) {
      throw asFailure(error)
    }
  }

  /** Sets parameters of a table, and keeps its others. Throws a QueryFailure where there is no such table. */
  async setParameters(
    reference: Required<TableReference>,
    parameters: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { Name, Description, Owner, Retention, StorageDescriptor, PartitionKeys, TableType, Parameters, VersionId } =
      await this.#get(reference)
    const input = { Name, Description, Owner, Retention, StorageDescriptor, PartitionKeys, TableType }
    try {
      await this.#client.send(
        new UpdateTableCommand({
          DatabaseName: reference.database,
          TableInput: { ...input, Name: reference.table, Parameters: { ...Parameters, ...parameters } },
          ...(VersionId === undefined ? {} : { VersionId }),
        }),
      )
    } catch (error) {
      throw asFailure(error)
    }
  }

  async #get(reference: Required<TableReference>): Promise<GlueTable> {
    const table = await this.#find(reference)
    if (table) return table
    throw new QueryFailure(
      `FAILED: SemanticException [Error 10001]: Table not found ${reference.database}.${reference.table}`,
    )
  }

  async #find({ database, table }: Required<TableReference>): Promise<GlueTable | undefined> {
    try {
      return (await this.#client.send(new GetTableCommand({ DatabaseName: database, Name: table }))).Table
    } catch (error) {
      if (error instanceof EntityNotFoundException) return undefined
      throw error
    }
  }
}

function valuesOf(keys: readonly { Name: string | undefined }[], values: Partition['values']): string[] {
  const found = keys.map(({ Name = '' }) => values.get(Name))
  if (found.length === values.size && found.every((value) => value !== undefined)) return found
  throw new QueryFailure('FAILED: SemanticException partition spec does not have the keys of the table')
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !error.name.endsWith('Exception')) return error
  return new QueryFailure(`FAILED: Execution Error, return code 1 from DDLTask. ${error.name}: ${error.message}`)
}
