/**
 * How many events a second the Firehose bridge takes, packed as lake-landing packs them, and what memory it has at most:
 * `node test/local/firehose/bench.ts [events] [events a second]`. S3 is a server that takes everything; the events are as wide as bronze's.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateDeliveryStreamCommand } from '@aws-sdk/client-firehose'
import { freePort } from '#local/ports.ts'
import { convertingDestination, FirehoseBridge } from './bridge.ts'
import { GlueCatalogue } from './glue-catalogue.ts'

const total = Number(process.argv[2] ?? 1_000_000)
const rate = Number(process.argv[3] ?? Number.POSITIVE_INFINITY)
const home = mkdtempSync(join(tmpdir(), 'lodestream-firehose-bench-'))
const store = createServer((request, response) => {
  request.resume().on('end', () => response.end())
}).listen(0, '127.0.0.1')
const glue = new GlueCatalogue()
glue.tables['bronze.events'] = [
  ['event_id', 'string'],
  ['occurred_at', 'timestamp'],
  ['received_at', 'timestamp'],
  ['appended_at', 'timestamp'],
  ['topic', 'string'],
  ['partition', 'int'],
  ['offset', 'string'],
  ['schema_version', 'int'],
  ['payload', 'string'],
  ['payload_pointer', 'string'],
]
const bridge = await FirehoseBridge.start({
  home,
  port: await freePort(),
  aws: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
  glue: await glue.start(),
})
const ExtendedS3DestinationConfiguration = convertingDestination('bench')
await bridge.client.send(
  new CreateDeliveryStreamCommand({ DeliveryStreamName: 'bench', ExtendedS3DestinationConfiguration }),
)

const perRecord = 400
const records = Array.from({ length: 17 }, (_, record) =>
  Buffer.from(Array.from({ length: perRecord }, (_, index) => row(record * perRecord + index)).join('\n')),
)
const batch = records.length * perRecord
console.log(`${(records[0]?.length ?? 0) / perRecord} bytes an event, ${batch} events a call`)
let high = 0
const watching = setInterval(() => {
  high = Math.max(high, residentOf(bridge.pid))
}, 50)
const began = performance.now()
for (let sent = 0; sent < total; sent += batch) {
  await bridge.put('bench', records)
  const early = began + ((sent + batch) / rate) * 1000 - performance.now()
  if (early > 0) await delay(early)
}
const taken = performance.now()
const whole = await bridge.flush()
const ended = performance.now()
clearInterval(watching)
const counts = await bridge.state('bench')
const perSecond = (until: number) => Math.round((counts.accepted / (until - began)) * 1000)
console.log(
  `accepted ${perSecond(taken)} events/s, delivered ${perSecond(ended)} events/s (${whole ? 'all' : 'not all'} of ${counts.accepted}, ${counts.objects} objects, ${counts.errored} errors), at most ${high} MB`,
)
await bridge.stop()
await glue.stop()
store.close()
rmSync(home, { recursive: true })

function row(index: number): string {
  const at = `2026-11-20 14:03:${String(index % 60).padStart(2, '0')}.123`
  const event = { symbol: 'BTCUSDT', price: '41234.12345678', size: '0.01234567', venue: 'BINANCE', trade_id: index }
  return JSON.stringify({
    event_id: `BINANCE-BTCUSDT-${index}`,
    occurred_at: at,
    received_at: at,
    appended_at: at,
    topic: 'market_data_raw',
    partition: index % 8,
    offset: String(index).padStart(20, '0'),
    schema_version: 1,
    payload: JSON.stringify({ ...event, side: 'buy', occurred_at: at, group: 'majors', late: false }),
    day: '2026-11-20',
    kind: index % 3 === 0 ? 'fill' : 'tick',
  })
}

function residentOf(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
}
