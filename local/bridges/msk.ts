import { createServer, type IncomingMessage } from 'node:http'
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'

/**
 * MSK's control plane for topics: CloudFormation's `AWS::MSK::Topic` becomes a topic of the local broker.
 * `PUT /topics/NAME {"partitions", "configs"}` makes it so, `DELETE /topics/NAME` removes it; 409 says why not.
 */
const Wanted = z.object({
  partitions: z.number().int().positive(),
  configs: z.record(z.string(), z.coerce.string()).default({}),
})

const { PORT, LODESTREAM_KAFKA } = process.env
if (!PORT || !LODESTREAM_KAFKA) throw new Refusal('The MSK bridge needs PORT and LODESTREAM_KAFKA in its environment.')

const admin = new Admin({ clientId: 'lodestream-msk', bootstrapBrokers: [LODESTREAM_KAFKA], retries: 3 })

const server = createServer(async (request, response) => {
  try {
    const topic = decodeURIComponent(/^\/topics\/([^/]+)$/.exec(request.url ?? '')?.[1] ?? '')
    if (request.method === 'GET') response.writeHead(200).end('MSK')
    else if (request.method === 'PUT' && topic) {
      await make(topic, Wanted.parse(JSON.parse(await textOf(request))))
      response.writeHead(204).end()
    } else if (request.method === 'DELETE' && topic) {
      await remove(topic)
      response.writeHead(204).end()
    } else response.writeHead(404).end('no such thing')
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error)
    response.writeHead(409).end(error instanceof Error ? error.message : String(error))
  }
})
server.listen({ port: Number(PORT), host: '127.0.0.1' })
process.once('SIGTERM', () => process.exit(0))

async function make(topic: string, { partitions, configs }: z.infer<typeof Wanted>): Promise<void> {
  const settings = oneBroker(configs)
  const there = await partitionsOf(topic)
  if (there === 0) {
    const list = Object.entries(settings).map(([name, value]) => ({ name, value }))
    await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs: list })
    console.log(`${topic}: created with ${partitions} partitions`)
    return
  }
  if (there > partitions) {
    throw new Refusal(`${topic} has ${there} partitions, and Kafka cannot take any away to leave ${partitions}.`)
  }
  if (there < partitions) {
    await admin.createPartitions({ topics: [{ name: topic, count: partitions, assignments: [] }] })
  }
  const changes = Object.entries(settings).map(([name, value]) => ({
    name,
    value,
    configOperation: IncrementalAlterConfigOperationTypes.SET,
  }))
  if (changes.length > 0) {
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs: changes }
    await admin.incrementalAlterConfigs({ resources: [resource] })
  }
  console.log(`${topic}: kept, with ${partitions} partitions`)
}

async function remove(topic: string): Promise<void> {
  if ((await partitionsOf(topic)) === 0) return
  await admin.deleteTopics({ topics: [topic] })
  console.log(`${topic}: deleted`)
}

/** How many partitions the topic has; 0 where there is none. */
async function partitionsOf(topic: string): Promise<number> {
  if (!(await admin.listTopics()).includes(topic)) return 0
  const metadata = await admin.metadata({ topics: [topic], forceUpdate: true })
  return metadata.topics.get(topic)?.partitionsCount ?? 0
}

/** With a single broker no write could ever be in sync on two, and acks=all would wait for ever. */
function oneBroker(configs: Record<string, string>): Record<string, string> {
  return 'min.insync.replicas' in configs ? { ...configs, 'min.insync.replicas': '1' } : configs
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
