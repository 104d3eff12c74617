import { join } from 'node:path'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { serveKinesis } from './server.ts'

/** Kinesis Data Streams on this machine. PORT and LODESTREAM_HOME are needed: streams live in its data/kinesis. */
const Environment = z.object({ PORT: z.coerce.number().int().min(0).max(65_535), LODESTREAM_HOME: z.string().min(1) })

const { data: environment, error } = Environment.safeParse(process.env)
if (error) throw new Refusal('The Kinesis bridge needs PORT and LODESTREAM_HOME in its environment.')

const server = await serveKinesis({ port: environment.PORT, folder: join(environment.LODESTREAM_HOME, 'data/kinesis') })
console.log(`Kinesis on port ${server.port}`)

process.once('SIGTERM', async () => {
  await server.close()
  process.exit(0)
})
