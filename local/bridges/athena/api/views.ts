import type { Query } from '../run/query.ts'
import { rowsOf } from '../run/results.ts'
import { columnInfo } from '../run/values.ts'
import type { WorkGroup } from './workgroups.ts'

const engineVersion = { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' } as const

/** A query as GetQueryExecution shows it. */
export function queryView(query: Query): object {
  const { id, sql, statement, database, catalog, workgroup, parameters } = query.order
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: statement.type,
    SubstatementType: statement.subtype,
    WorkGroup: workgroup,
    ResultConfiguration: { OutputLocation: query.output },
    QueryExecutionContext: { Database: database, Catalog: catalog },
    ...(parameters.length > 0 && { ExecutionParameters: parameters }),
    EngineVersion: engineVersion,
    Status: {
      State: query.state,
      ...(query.reason !== undefined && { StateChangeReason: query.reason }),
      SubmissionDateTime: query.submittedAt / 1000,
      ...(query.completedAt !== undefined && { CompletionDateTime: query.completedAt / 1000 }),
      ...(query.state === 'FAILED' && { AthenaError: athenaError(query) }),
    },
    Statistics: {
      ...times(query),
      DataScannedInBytes: query.isReused ? 0 : query.bytesScanned,
      ResultReuseInformation: { ReusedPreviousResult: query.isReused },
    },
  }
}

/** As GetQueryRuntimeStatistics shows it. */
export function runtimeView(query: Query): object {
  const rows = query.result.rows.length
  return {
    Timeline: times(query),
    Rows: { InputBytes: query.bytesScanned, OutputRows: query.result.updateCount ?? rows },
  }
}

/** A page of a query's results; `from` counts rows, the header among them. */
export function resultsView(query: Query, from: number, most: number): object {
  const rows = rowsOf(query)
  const page = rows.slice(from, from + most)
  return {
    UpdateCount: query.result.updateCount ?? 0,
    ...(from + most < rows.length && { NextToken: `${from + most}` }),
    ResultSet: {
      Rows: page.map((row) => ({ Data: row.map((text) => (text === undefined ? {} : { VarCharValue: text })) })),
      ResultSetMetadata: { ColumnInfo: query.result.columns.map(columnInfo) },
    },
  }
}

/** A workgroup as GetWorkGroup shows it. */
export function workGroupView({ name, description, state, configuration, createdAt }: WorkGroup): object {
  return {
    Name: name,
    ...(description !== undefined && { Description: description }),
    State: state,
    Configuration: { ...configuration, EngineVersion: engineVersion },
    CreationTime: createdAt,
  }
}

/** A workgroup as ListWorkGroups shows it. */
export function workGroupSummary({ name, description, state, createdAt }: WorkGroup): object {
  return {
    Name: name,
    Description: description ?? '',
    State: state,
    CreationTime: createdAt,
    EngineVersion: engineVersion,
  }
}

/** Category and type as Athena's error catalogue has them: a failure of the service may be tried again. */
function athenaError({ isUserError, reason }: Query): object {
  const [category, type] = isUserError ? [2, 1006] : [1, 233]
  return { ErrorCategory: category, ErrorType: type, Retryable: !isUserError, ErrorMessage: reason }
}

function times({ submittedAt, startedAt, completedAt = Date.now() }: Query): Record<string, number> {
  const started = startedAt ?? completedAt
  return {
    QueryQueueTimeInMillis: started - submittedAt,
    EngineExecutionTimeInMillis: completedAt - started,
    TotalExecutionTimeInMillis: completedAt - submittedAt,
  }
}
