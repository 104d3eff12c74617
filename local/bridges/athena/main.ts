import { join } from 'node:path'
import { z } from 'zod'
import { Athena } from './api/athena.ts'
import { WorkGroups } from './api/workgroups.ts'
import { Catalogue } from './run/catalogue.ts'
import { Runner } from './run/runner.ts'
import { Storage } from './run/storage.ts'
import { serve } from './server.ts'

/**
 * Athena's API over Trino. PORT, LODESTREAM_TRINO, LODESTREAM_GLUE and AWS_ENDPOINT_URL (S3) are needed; where
 * LODESTREAM_HOME is given, workgroups outlive the process.
 */
const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  LODESTREAM_TRINO: z.url(),
  LODESTREAM_GLUE: z.url(),
  AWS_ENDPOINT_URL: z.url(),
  LODESTREAM_HOME: z.string().min(1).optional(),
})

const { data: environment, error } = Environment.safeParse(process.env)
if (error) {
  const wrong = error.issues.map(({ path }) => path.join('.')).join(', ')
  console.error(
    `The Athena bridge cannot start, because its environment has no right ${wrong}: see local/bridges/athena/main.ts.`,
  )
  process.exit(1)
}

const { PORT, LODESTREAM_TRINO, LODESTREAM_GLUE, AWS_ENDPOINT_URL, LODESTREAM_HOME } = environment
const storage = new Storage(AWS_ENDPOINT_URL)
const runner = new Runner({ trino: LODESTREAM_TRINO, catalogue: new Catalogue(LODESTREAM_GLUE), storage })
const file = LODESTREAM_HOME === undefined ? undefined : join(LODESTREAM_HOME, 'data', 'athena', 'workgroups.json')
const server = serve(new Athena(runner, new WorkGroups(file), storage))
server.listen({ port: PORT, host: '127.0.0.1' }, () => console.log(JSON.stringify(server.address())))

process.once('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
  setTimeout(() => process.exit(0), 500).unref()
})
