import type { TableInput } from '@aws-sdk/client-glue'
import { QueryFailure } from '../errors.ts'
import type { Column, TableDefinition } from './create-table.ts'

interface Storage {
  readonly input: string
  readonly output: string
  readonly serde: string
}

const io = 'org.apache.hadoop.hive.ql.io'
const text = {
  input: 'org.apache.hadoop.mapred.TextInputFormat',
  output: `${io}.HiveIgnoreKeyTextOutputFormat`,
}

const formats: Readonly<Record<string, Storage>> = {
  textfile: { ...text, serde: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' },
  parquet: {
    input: `${io}.parquet.MapredParquetInputFormat`,
    output: `${io}.parquet.MapredParquetOutputFormat`,
    serde: `${io}.parquet.serde.ParquetHiveSerDe`,
  },
  orc: { input: `${io}.orc.OrcInputFormat`, output: `${io}.orc.OrcOutputFormat`, serde: `${io}.orc.OrcSerde` },
  avro: {
    input: `${io}.avro.AvroContainerInputFormat`,
    output: `${io}.avro.AvroContainerOutputFormat`,
    serde: 'org.apache.hadoop.hive.serde2.avro.AvroSerDe',
  },
}

/** An external table as Glue keeps it. Throws a QueryFailure for what Athena does not know. */
export function hiveTable(name: string, definition: TableDefinition): TableInput {
  const { columns, partitions, comment, serde, serdeProperties, storedAs, location, properties } = definition
  const format = typeof storedAs === 'object' ? { ...storedAs, serde: '' } : formats[storedAs ?? 'textfile']
  if (format === undefined) throw new QueryFailure(`FAILED: SemanticException Unrecognized file format: '${storedAs}'`)
  return {
    Name: name,
    ...(comment === undefined ? {} : { Description: comment }),
    Owner: 'hadoop',
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', ...Object.fromEntries(properties) },
    PartitionKeys: partitions.map((text) => glueColumn(partitionColumn(text))),
    StorageDescriptor: {
      Columns: columns.map(glueColumn),
      ...(location === undefined ? {} : { Location: location }),
      InputFormat: format.input,
      OutputFormat: format.output,
      SerdeInfo: {
        SerializationLibrary: serde ?? (format.serde || formats.textfile?.serde),
        Parameters: { 'serialization.format': '1', ...Object.fromEntries(serdeProperties) },
      },
    },
  }
}

function partitionColumn(text: string): Column {
  const [, name, type] = /^`?(\w+)`?\s+(.+)$/s.exec(text) ?? []
  if (!name || !type) throw new QueryFailure(`FAILED: ParseException a partition column needs its type: ${text}`)
  return { name: name.toLowerCase(), type: type.toLowerCase() }
}

/** Glue keeps types without spaces. */
const glueColumn = ({ name, type, comment }: Column) => ({
  Name: name,
  Type: type.replaceAll(/\s/g, ''),
  ...(comment === undefined ? {} : { Comment: comment }),
})
