import { Stack } from 'aws-cdk-lib'
import { CfnTable } from 'aws-cdk-lib/aws-glue'
import { Construct } from 'constructs'
import type { CatalogueDatabase } from './catalogue-database.ts'

/** A column by its name, with Hive's own type. */
export type HiveColumns = Readonly<Record<string, string>>

export interface ExternalTableProps {
  readonly database: CatalogueDatabase
  readonly name: string
  readonly description: string
  /** Without the partitions. */
  readonly columns: HiveColumns
  /** In the order of the path. A day is projected from the first of January 2026 on; otherwise all values are named. */
  readonly partitions: Readonly<Record<string, 'day' | readonly string[]>>
  /** s3://…/, below which each partition has its folder `<name>=<value>/`. */
  readonly location: string
  readonly format: keyof typeof FORMATS
}

const HIVE = 'org.apache.hadoop.hive'
const FORMATS = {
  parquet: {
    classification: 'parquet',
    inputFormat: `${HIVE}.ql.io.parquet.MapredParquetInputFormat`,
    outputFormat: `${HIVE}.ql.io.parquet.MapredParquetOutputFormat`,
    serde: `${HIVE}.ql.io.parquet.serde.ParquetHiveSerDe`,
  },
  json: {
    classification: 'json',
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: `${HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat`,
    serde: 'org.openx.data.jsonserde.JsonSerDe',
  },
} as const

/** Files in a folder as a table. Its partitions follow from their names (projection): none is ever registered. */
export class ExternalTable extends Construct {
  readonly databaseName: string
  readonly tableName: string
  readonly partitions: readonly string[]

  constructor(scope: Construct, id: string, props: ExternalTableProps) {
    super(scope, id)
    const { database, name, location } = props
    const format = FORMATS[props.format]
    this.databaseName = database.databaseName
    this.tableName = name
    this.partitions = Object.keys(props.partitions)
    const table = new CfnTable(this, 'Table', {
      catalogId: Stack.of(this).account,
      databaseName: database.databaseName,
      tableInput: {
        name,
        description: props.description,
        tableType: 'EXTERNAL_TABLE',
        parameters: {
          EXTERNAL: 'TRUE',
          classification: format.classification,
          'projection.enabled': 'true',
          ...Object.assign({}, ...Object.entries(props.partitions).map(projectionOf)),
          'storage.location.template': `${location}${this.partitions.map((key) => `${key}=\${${key}}/`).join('')}`,
        },
        partitionKeys: Object.entries(props.partitions).map(([key, values]) => ({
          name: key,
          type: values === 'day' ? 'date' : 'string',
        })),
        storageDescriptor: {
          columns: Object.entries(props.columns).map(([column, type]) => ({ name: column, type })),
          location,
          inputFormat: format.inputFormat,
          outputFormat: format.outputFormat,
          serdeInfo: { serializationLibrary: format.serde },
        },
      },
    })
    table.node.addDependency(database)
  }
}

/** NOW+1DAY: a producer's clock may be ahead of ours. */
const projectionOf = ([key, values]: [string, 'day' | readonly string[]]): Readonly<Record<string, string>> =>
  values === 'day'
    ? {
        [`projection.${key}.type`]: 'date',
        [`projection.${key}.format`]: 'yyyy-MM-dd',
        [`projection.${key}.range`]: '2026-01-01,NOW+1DAY',
        [`projection.${key}.interval`]: '1',
        [`projection.${key}.interval.unit`]: 'DAYS',
      }
    : { [`projection.${key}.type`]: 'enum', [`projection.${key}.values`]: values.join(',') }
