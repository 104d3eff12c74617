import { randomUUID } from 'node:crypto'
import { isWord, tokenise } from '#domain/tables/sql-tokens.ts'
import { invalidRequest } from '../errors.ts'
import type { QueryOrder } from '../run/query.ts'
import { readStatement } from '../sql/read-statement.ts'
import type { Statement } from '../sql/statement.ts'
import type { Request } from './requests.ts'
import { folderOf, type WorkGroup } from './workgroups.ts'

/** The only data catalogue of an account that registered no other. */
const defaultCatalog = 'AwsDataCatalog'

/** Settles what a StartQueryExecution asks for. Throws an InvalidRequestException for what Athena refuses at once. */
export function orderOf(request: Request<'StartQueryExecution'>, workgroup: WorkGroup): QueryOrder {
  const { QueryString: sql, QueryExecutionContext: context = {}, ExecutionParameters: parameters = [] } = request
  if (workgroup.state === 'DISABLED') throw invalidRequest(`WorkGroup ${workgroup.name} is disabled.`)
  const catalog = context.Catalog ?? defaultCatalog
  if (catalog.toLowerCase() !== defaultCatalog.toLowerCase())
    throw invalidRequest(`DataCatalog ${catalog} was not found`)
  const statement = readStatement(sql)
  checkParameters(statement, parameters)
  const { BytesScannedCutoffPerQuery: mostBytes, EnforceWorkGroupConfiguration } = workgroup.configuration
  return {
    id: randomUUID(),
    sql,
    statement,
    parameters,
    catalog,
    database: context.Database?.toLowerCase() ?? 'default',
    workgroup: workgroup.name,
    resultFolder: resultFolder(request, workgroup),
    isLocationEnforced: EnforceWorkGroupConfiguration === true,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  }
}

function resultFolder({ ResultConfiguration }: Request<'StartQueryExecution'>, { configuration }: WorkGroup): string {
  const ofGroup = configuration.ResultConfiguration?.OutputLocation
  const asked = ResultConfiguration?.OutputLocation
  const location = configuration.EnforceWorkGroupConfiguration ? ofGroup : (asked ?? ofGroup)
  if (location !== undefined) return folderOf(location)
  throw invalidRequest(
    'No output location provided. An output location is required either through the Workgroup result configuration ' +
      'setting or as an API input.',
  )
}

function checkParameters({ takesParameters, subtype }: Statement, parameters: readonly string[]): void {
  if (parameters.length > 0 && !takesParameters) {
    throw invalidRequest(
      `Execution parameters are supported only for SELECT, INSERT INTO, CTAS, and UNLOAD, not ${subtype}.`,
    )
  }
  for (const parameter of parameters) {
    if (!isOneValue(parameter)) throw invalidRequest(`An execution parameter is one value, not: ${parameter}`)
  }
}

/** Whether a text is one expression: it closes what it opens, and has no comma, semicolon or comment outside. */
function isOneValue(text: string): boolean {
  let depth = 0
  for (const token of tokenise(text)) {
    if (token.kind === 'unclosed' || token.kind === 'comment' || isWord(token, ';')) return false
    if (isWord(token, '(')) depth++
    if (isWord(token, ')') && --depth < 0) return false
    if (isWord(token, ',') && depth === 0) return false
  }
  return depth === 0
}
