import { createServer, type IncomingMessage, type Server } from 'node:http'

/** A query or a job run that was asked for, and what became of it. */
export interface Started {
  readonly id: string
  /** The query's text, or the job run's `--script`. */
  readonly script: string
  readonly request: Record<string, unknown>
  /** In the order in which all were asked for, as in which all ended: 1, 2, … */
  readonly begun: number
  ended?: number
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'STOPPED' | 'TIMEOUT'
  looks: number
}

type Answer = { readonly status?: number; readonly body: unknown }

/**
 * Answers Athena's and Glue's JSON protocol by what the query or the argument `--script` says: `forever` runs until it is
 * stopped, `fail: WHY` fails, `time out` ends so, `refuse: WHY` is refused with a 400, `looks: N` succeeds at the N-th look,
 * and anything else at the second. It stands for the engines in tests of what is between them and a state machine.
 */
export class ScriptedEngine {
  readonly started: Started[] = []
  /** The most that ever ran at once. */
  peak = 0
  #clock = 0
  readonly #servers: Server[] = []

  /** Answers on 127.0.0.1:`port`, one of several. */
  async listen(port: number): Promise<void> {
    const server = createServer(async (request, response) => {
      const operation = `${request.headers['x-amz-target']}`.split('.').at(-1) ?? ''
      const { status = 200, body } = this.#answer(operation, JSON.parse(await textOf(request)))
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    })
    this.#servers.push(server)
    await new Promise<void>((resolve) => server.listen({ port, host: '127.0.0.1' }, resolve))
  }

  close(): void {
    for (const server of this.#servers) server.close()
  }

  /** All that was asked for with this script. */
  of(script: string): readonly Started[] {
    return this.started.filter((one) => one.script === script)
  }

  #answer(operation: string, request: Record<string, unknown>): Answer {
    switch (operation) {
      case 'StartQueryExecution':
        return this.#start(`${request.QueryString}`, request, 'QueryExecutionId')
      case 'GetQueryExecution':
        return { body: { QueryExecution: execution(this.#look(request.QueryExecutionId)) } }
      case 'GetQueryResults':
        return { body: { ResultSet: { Rows: [{ Data: [{ VarCharValue: 'rule' }] }], ResultSetMetadata: {} } } }
      case 'StopQueryExecution':
        this.#end(this.#find(request.QueryExecutionId), 'CANCELLED')
        return { body: {} }
      case 'StartJobRun': {
        const given = request.Arguments as Record<string, string>
        return this.#start(given['--script'] ?? '', request, 'JobRunId')
      }
      case 'GetJobRun': {
        const { id, state, script } = this.#look(request.RunId)
        return { body: { JobRun: { Id: id, JobRunState: state, ErrorMessage: script } } }
      }
      case 'BatchStopJobRun': {
        for (const id of request.JobRunIds as string[]) this.#end(this.#find(id), 'STOPPED')
        return { body: { SuccessfulSubmissions: [], Errors: [] } }
      }
      default:
        return refused(`${operation} is not scripted`)
    }
  }

  #start(script: string, request: Record<string, unknown>, key: string): Answer {
    const why = /^refuse: (.*)$/.exec(script)?.[1]
    if (why !== undefined) return refused(why)
    const id = `00000000-0000-4000-8000-${String(this.started.length).padStart(12, '0')}`
    this.started.push({ id, script, request, begun: ++this.#clock, state: 'RUNNING', looks: 0 })
    this.peak = Math.max(this.peak, this.started.filter(({ state }) => state === 'RUNNING').length)
    return { body: { [key]: id } }
  }

  #look(id: unknown): Started {
    const one = this.#find(id)
    one.looks += 1
    const wanted = Number(/^looks: (\d+)/.exec(one.script)?.[1] ?? 2)
    if (one.script.startsWith('forever') || one.looks < wanted) return one
    if (one.script.startsWith('fail: ')) this.#end(one, 'FAILED')
    else this.#end(one, one.script === 'time out' ? 'TIMEOUT' : 'SUCCEEDED')
    return one
  }

  #end(one: Started, state: Started['state']): void {
    if (one.state !== 'RUNNING') return
    one.state = state
    one.ended = ++this.#clock
  }

  #find(id: unknown): Started {
    const one = this.started.find((candidate) => candidate.id === id)
    if (!one) throw new Error(`nothing was started as ${id}`)
    return one
  }
}

function execution({ id, script, state }: Started): unknown {
  const reason = /^fail: (.*)$/.exec(script)?.[1]
  const status = { State: state, ...(reason && { StateChangeReason: reason }), SubmissionDateTime: 1_795_000_000.5 }
  return { QueryExecutionId: id, Query: script, WorkGroup: 'builds', Status: status }
}

function refused(message: string): Answer {
  return { status: 400, body: { __type: 'InvalidRequestException', Message: message, message } }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
