import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { FirehoseApi } from './api.ts'
import { Delivery } from './delivery.ts'
import { FaultSettings, Faults } from './faults.ts'
import { GlueSchemas } from './glue-schema.ts'
import { Registry } from './registry.ts'
import { serve } from './server.ts'

/**
 * Firehose on this machine: its API, buffers that survive it, and delivery to S3 as Parquet by the schema of a Glue
 * table. PORT, LODESTREAM_HOME, AWS_ENDPOINT_URL (S3) and LODESTREAM_GLUE are needed; LODESTREAM_FIREHOSE_SPEEDUP (20)
 * and LODESTREAM_FIREHOSE_FAULTS (none) may be given.
 */
const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  LODESTREAM_HOME: z.string().min(1),
  AWS_ENDPOINT_URL: z.url(),
  LODESTREAM_GLUE: z.url(),
  LODESTREAM_FIREHOSE_SPEEDUP: z.coerce.number().min(1).default(20),
  LODESTREAM_FIREHOSE_FAULTS: z
    .string()
    .default('{}')
    .transform((text) => FaultSettings.parse(JSON.parse(text))),
})

/** How often buffers are looked at, ms. */
const TICK_MS = 100
/** How long what is held may still be delivered at the end, ms; what S3 does not take is delivered when the bridge is back. */
const LAST_FLUSH_MS = 8_000

const { data: environment, error } = Environment.safeParse(process.env)
if (error) {
  const wrong = error.issues.map(({ path }) => path.join('.')).join(', ')
  throw new Refusal(
    `The Firehose bridge cannot start without PORT, LODESTREAM_HOME, AWS_ENDPOINT_URL and LODESTREAM_GLUE: ${wrong} is missing or wrong.`,
  )
}

const folder = join(environment.LODESTREAM_HOME, 'data', 'firehose')
const scratch = join(folder, '.duckdb')
mkdirSync(scratch, { recursive: true })
const delivery = await Delivery.open(
  environment.AWS_ENDPOINT_URL,
  new GlueSchemas(environment.LODESTREAM_GLUE),
  scratch,
)
const streams = new Registry({ folder, delivery, speedup: environment.LODESTREAM_FIREHOSE_SPEEDUP })
const faults = new Faults()
faults.set(environment.LODESTREAM_FIREHOSE_FAULTS)
const server = serve({ api: new FirehoseApi(streams, faults), streams, faults })
server.listen({ port: environment.PORT, host: '127.0.0.1' }, () => console.log(JSON.stringify(server.address())))

const ticking = setInterval(() => {
  const now = Date.now()
  for (const { stream } of streams.all()) stream.tick(now)
}, TICK_MS)

process.once('SIGTERM', async () => {
  // First no more records: what is acknowledged after this would only wait for the next start.
  server.close()
  server.closeIdleConnections()
  clearInterval(ticking)
  await Promise.all(streams.all().map(({ stream }) => stream.flush(LAST_FLUSH_MS, { untilFailure: true })))
  process.exit(0)
})
