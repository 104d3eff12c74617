import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contractSchemas } from '#adapters/avro/decode-records.ts'
import type { LakeRow } from '#domain/ports.ts'
import { DuckLake } from '#test/lambdas/api/duck-lake.ts'

type Json = Readonly<Record<string, unknown>>

/** An execution as a test tells it; `history` holds the events of GetExecutionHistory. Times are s. */
export interface ToldExecution {
  readonly name: string
  readonly status: string
  readonly startDate: number
  readonly stopDate?: number
  readonly input?: unknown
  readonly output?: unknown
  readonly cause?: string
  readonly history?: readonly Json[]
}

const MACHINES = ['refresh', 'table-refresh'] as const
type Machine = (typeof MACHINES)[number]
const arnOf = (machine: Machine) => `arn:aws:states:us-east-1:000000000000:stateMachine:lodestream-local-${machine}`
const executionArn = (machine: Machine, name: string) =>
  `${arnOf(machine).replace(':stateMachine:', ':execution:')}:${name}`

/**
 * As much of AWS as the command line asks: Athena over DuckDB, Step Functions that tells what the test says, Lambda that
 * takes what it is given, S3 that has some objects, a schema registry that knows the contracts by derived ids. The engines themselves are asked in the tests of the whole platform.
 */
export class AwsStandIn {
  readonly lake: DuckLake
  readonly executions: Record<Machine, ToldExecution[]> = { refresh: [], 'table-refresh': [] }
  readonly objects = new Map<string, Uint8Array>()
  /** What functions were called with, and what they answer. */
  readonly invoked: { readonly fn: string; readonly payload: Json }[] = []
  invokeAnswer: unknown = { batchItemFailures: [] }
  /** What StartExecution was given; it begins what `begin` makes of it. */
  readonly started: { readonly name: string; readonly input: unknown }[] = []
  begin: (name: string) => void = () => undefined
  readonly #server: Server
  readonly #answers = new Map<string, { readonly rows: readonly LakeRow[]; readonly failed?: string }>()

  private constructor(lake: DuckLake) {
    this.lake = lake
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ message: String(error) }))
      })
    })
  }

  static async open(): Promise<AwsStandIn> {
    const standIn = new AwsStandIn(await DuckLake.open())
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve))
    return standIn
  }

  /** For the command line: where AWS is. */
  get environment(): Readonly<Record<string, string>> {
    const { port } = this.#server.address() as AddressInfo
    return { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'us-east-1' }
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const body = Buffer.concat(chunks).toString()
    const path = new URL(request.url ?? '/', 'http://host').pathname
    const [, fn] = /\/functions\/([^/]+)\/invocations/.exec(path) ?? []
    if (fn !== undefined) {
      this.invoked.push({ fn, payload: JSON.parse(body) })
      return send(response, 200, this.invokeAnswer)
    }
    const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
    if (service === 'AmazonAthena') return send(response, 200, await this.#athena(operation, JSON.parse(body)))
    if (service === 'AWSStepFunctions') {
      const answer = this.#states(operation, JSON.parse(body))
      return send(response, 'message' in answer ? 400 : 200, answer)
    }
    if (service === 'AWSGlue') {
      const { SchemaVersionId } = JSON.parse(body) as Json
      const schema = await contractSchemas(String(SchemaVersionId))
      const unknown = { __type: 'EntityNotFoundException', message: 'Schema version is not found.' }
      if (schema === undefined) return send(response, 400, unknown)
      return send(response, 200, { SchemaVersionId, SchemaDefinition: JSON.stringify(schema), Status: 'AVAILABLE' })
    }
    const object = this.objects.get(path)
    response.writeHead(object === undefined ? 404 : 200, { 'content-type': 'application/xml' })
    response.end(object ?? '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>')
  }

  async #athena(operation: string, { QueryString, ExecutionParameters, QueryExecutionId }: Json): Promise<Json> {
    const id = String(QueryExecutionId ?? `q-${this.#answers.size}`)
    if (operation === 'StartQueryExecution') {
      try {
        const rows = await this.lake.query(String(QueryString), (ExecutionParameters ?? []) as string[])
        this.#answers.set(id, { rows })
      } catch (error) {
        this.#answers.set(id, { rows: [], failed: error instanceof Error ? error.message : String(error) })
      }
      return { QueryExecutionId: id }
    }
    const { rows, failed } = this.#answers.get(id) ?? { rows: [] }
    if (operation === 'GetQueryExecution') {
      const status = failed === undefined ? { State: 'SUCCEEDED' } : { State: 'FAILED', StateChangeReason: failed }
      const statistics = { DataScannedInBytes: 3_449_999, TotalExecutionTimeInMillis: 1_234 }
      return { QueryExecution: { QueryExecutionId: id, Status: status, Statistics: statistics } }
    }
    const columns = Object.keys(rows[0] ?? {})
    const cells = (values: readonly (string | undefined)[]) => ({
      Data: values.map((value) => (value === undefined ? {} : { VarCharValue: value })),
    })
    return {
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: columns.map((Name) => ({ Name, Type: 'varchar' })) },
        Rows: [cells(columns), ...rows.map((row) => cells(columns.map((name) => row[name])))],
      },
    }
  }

  #states(operation: string, { stateMachineArn, executionArn: arn, name, input }: Json): Json {
    if (operation === 'ListStateMachines') {
      const creationDate = 0
      return {
        stateMachines: MACHINES.map((machine) => ({
          stateMachineArn: arnOf(machine),
          name: `lodestream-local-${machine}`,
          type: 'STANDARD',
          creationDate,
        })),
      }
    }
    if (operation === 'StartExecution') {
      this.started.push({ name: String(name), input: JSON.parse(String(input)) })
      this.begin(String(name))
      return { executionArn: executionArn('refresh', String(name)), startDate: 0 }
    }
    if (operation === 'ListExecutions') {
      const machine = MACHINES.find((one) => arnOf(one) === stateMachineArn) ?? 'refresh'
      const listed = this.executions[machine].map((told) => withArn(machine, told))
      return { executions: listed.sort((a, b) => Number(b.startDate) - Number(a.startDate)) }
    }
    for (const machine of MACHINES) {
      const told = this.executions[machine].find((one) => executionArn(machine, one.name) === arn)
      if (told === undefined) continue
      return operation === 'GetExecutionHistory' ? { events: told.history ?? [] } : withArn(machine, told)
    }
    return { __type: 'ExecutionDoesNotExist', message: `Execution Does Not Exist: '${arn}'` }
  }
}

const withArn = (machine: Machine, { history: _, input, output, ...told }: ToldExecution): Json => ({
  ...told,
  executionArn: executionArn(machine, told.name),
  stateMachineArn: arnOf(machine),
  input: JSON.stringify(input ?? {}),
  ...(output !== undefined && { output: JSON.stringify(output) }),
})

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(value))
}
