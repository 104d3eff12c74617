import { Command, InvalidArgumentError } from 'commander'
import { type KeyedRecord, type Positions, TopicReader } from '#adapters/kafka/topic-reader.ts'
import { topics } from '#domain/events/events.ts'
import { endpoints } from '#local/state.ts'
import { wholeNumber } from '../arguments.ts'
import { interrupts } from '../interrupts.ts'
import { decoderBeside } from '../schema-registry.ts'
import { decoded, toJsonLine, toText } from '../tail/lines.ts'
import { hasColour, openTerminal } from '../terminal.ts'

/** Where to begin: at either end, or so many records before the end. */
type From = 'earliest' | 'latest' | number

interface Options {
  readonly from: From
  readonly n?: number
  readonly kafka?: string
  readonly iam?: boolean
  readonly json?: boolean
}

/** How long a fetch waits for news, ms: what Ctrl-C may have to wait for. */
const PATIENCE = 250

export const command = new Command('tail')
  .description('Shows the events of a topic as they flow, decoded; records that no contract accepts with their reason.')
  .argument('<topic>', topics.join(' or '))
  .option('--from <where>', 'earliest, latest, or -N for the last N records', from, 'latest')
  .option('-n <count>', 'end after so many records (default: go on until Ctrl-C)', wholeNumber(1))
  .option('--kafka <host:port>', 'broker (default: the one that lodestream up started)')
  .option('--iam', 'authenticate to the broker by IAM, as MSK asks')
  .addHelpText(
    'after',
    `
Examples:
  lodestream tail market_data_raw                            what comes in from now on
  lodestream tail trades_raw --from -5                       the last five fills, then what comes in
  lodestream tail market_data_raw --from earliest -n 100     the first hundred, then end
  lodestream tail trades_raw --from -1000 -n 1000 --json     one JSON value a line, for a script`,
  )
  .action(async (topic: string, _options: unknown, self: Command) => {
    const options: Options = self.optsWithGlobals()
    const terminal = openTerminal(options)
    const bootstrap = options.kafka ?? endpoints().kafka
    const decode = decoderBeside(options.kafka)
    const colour = hasColour(process.stdout)
    using interrupted = interrupts()
    await using reader = new TopicReader({ bootstrap, iam: options.iam === true }, topic)
    let left = options.n ?? Number.POSITIVE_INFINITY
    for await (const records of flow(reader, options.from, interrupted.signal)) {
      const lines = await decoded(records.slice(0, left), decode)
      const texts = lines.map((line) => `${terminal.json ? toJsonLine(line) : toText(line, colour)}\n`)
      if (!(await written(texts.join('')))) return
      left -= records.length
      if (left <= 0) return
    }
  })

/** Records as they come, those of one fetch in the order of their appending. */
async function* flow(reader: TopicReader, from: From, stop: AbortSignal): AsyncGenerator<readonly KeyedRecord[]> {
  let positions: Positions
  if (typeof from === 'number') {
    const last = await lastRecords(reader, from, stop)
    if (last.records.length > 0) yield last.records
    positions = last.positions
  } else {
    positions = await reader.offsets(from === 'latest' ? 'end' : 'earliest', await reader.partitions())
  }
  while (!stop.aborted) {
    const fetched = await reader.fetch(positions, PATIENCE)
    const records = fetched.flatMap(({ records }) => records)
    positions = new Map([...positions, ...fetched.map(({ partition, next }) => [partition, next] as const)])
    if (records.length > 0) yield records.sort(byAppending)
  }
}

/** The last `count` records of the topic, whichever partitions they stand in, and where to go on. */
async function lastRecords(reader: TopicReader, count: number, stop: AbortSignal) {
  const partitions = await reader.partitions()
  const earliest = await reader.offsets('earliest', partitions)
  const end = await reader.offsets('end', partitions)
  const most = (a: bigint, b = 0n) => (a > b ? a : b)
  let positions: Positions = new Map(
    [...end].map(([partition, offset]) => [partition, most(offset - BigInt(count), earliest.get(partition))]),
  )
  const records: KeyedRecord[] = []
  const unread = () => new Map([...positions].filter(([partition, next]) => next < (end.get(partition) ?? 0n)))
  for (let wanted = unread(); wanted.size > 0 && !stop.aborted; wanted = unread()) {
    const fetched = await reader.fetch(wanted, PATIENCE)
    for (const part of fetched) records.push(...part.records)
    positions = new Map([...positions, ...fetched.map(({ partition, next }) => [partition, next] as const)])
  }
  return { records: records.sort(byAppending).slice(-count), positions }
}

const byAppending = (a: KeyedRecord, b: KeyedRecord): number =>
  a.appendedAt - b.appendedAt || a.partition - b.partition || Number(a.offset - b.offset)

/** Resolves when our reader has taken it. @returns false once there is no reader any more, as after `| head`. */
function written(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve(false) : reject(error))
    // A failed write is told twice: to its callback, and as an event that would end the process unheard.
    process.stdout.once('error', failed)
    process.stdout.write(text, (error) => {
      if (error) return failed(error)
      process.stdout.off('error', failed)
      resolve(true)
    })
  })
}

function from(text: string): From {
  if (text === 'earliest' || text === 'latest') return text
  if (/^-[1-9]\d{0,6}$/.test(text)) return -Number(text)
  throw new InvalidArgumentError('Write earliest, latest, or -N such as -10 for the last ten records.')
}
