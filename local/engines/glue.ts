import { join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { portFor } from '../ports.ts'
import { answers, becomeReady, ensure, stopPart } from '../process.ts'
import { loadState, repository } from '../state.ts'
import type { Engine } from './engine.ts'
import { environment } from './python.ts'

const bridge = join(repository, 'local', 'bridges', 'glue')
const lock = join(bridge, 'requirements.lock')

/**
 * Glue's API: the data catalogue, the schema registry, and jobs that Spark really runs. Its address is `http://127.0.0.1:port`.
 * Give LocalStack its port first: that is where jobs find S3.
 */
export const glue: Engine<string> = {
  name: 'glue',

  async install({ report }) {
    await environment(lock, report)
  },

  async start({ home, report }) {
    const python = await environment(lock, report)
    const port = await portFor(home, 'glue')
    const part = await ensure(home, {
      name: 'glue',
      command: [python, '-m', 'lodestream_glue'],
      cwd: bridge,
      env: environmentVariables(home, port),
    })
    await becomeReady(home, part, () => answers(`http://127.0.0.1:${port}/`), 30_000)
    return `http://127.0.0.1:${port}`
  },

  async stop({ home }) {
    await stopPart(home, 'glue')
  },
}

function environmentVariables(home: string, port: number): Record<string, string> {
  const { localstack } = loadState(home).ports
  if (!localstack) throw new Refusal('Glue starts after LocalStack has its port: run lodestream up.')
  return {
    PYTHONPATH: bridge,
    PORT: `${port}`,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${localstack}`,
    LODESTREAM_GLUE_RUNS: join(home, 'data', 'glue'),
    // Records in the topics name what stands there, so it stays as long as they do.
    LODESTREAM_GLUE_SCHEMAS: join(home, 'data', 'schema-registry', 'registries.json'),
    // Installs Spark when the first job needs it.
    LODESTREAM_NODE: process.execPath,
    TZ: 'UTC',
  }
}
