import { S3ConditionalObjects } from '#adapters/s3/conditional-objects.ts'
import { lakeObjects } from '#adapters/s3/connection.ts'
import { encodersFrom } from '#adapters/schema-registry/from-environment.ts'
import { QueueSink } from '#adapters/sqs/queue-sink.ts'
import { queueClient } from '#adapters/sqs/send-messages.ts'
import { tick } from '#domain/events/tick.ts'
import { Refusal } from '#domain/refusal.ts'
import { setting } from '#domain/settings.ts'
import { theOutside } from '#feeds/binance/outside.ts'
import { streamDefaults } from '#feeds/binance/stream-settings.ts'
import { TradeStream } from '#feeds/binance/trade-stream.ts'
import { SharedPositions } from './positions.ts'
import type { Relaying } from './relay-trades.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The function's outside, built once a container. @throws Refusal where the environment is wrong */
export function wireRelay(environment: Environment): {
  /** How long a run lasts, ms. */
  readonly lastsMs: number
  readonly rest: string
  /** What one run relays with, its sink to be closed at the end. @throws Refusal where the contract is not registered */
  readonly begin: (run: string, log: Relaying['log']) => Promise<Relaying>
} {
  const of = (name: string) => setting(environment, name)
  const symbols = symbolsIn(of('SYMBOLS'))
  const [stream, rest, queueUrl, prefix] = [
    of('BINANCE_STREAM'),
    of('BINANCE_REST'),
    of('QUEUE_URL'),
    of('STATE_PREFIX'),
  ]
  const client = queueClient()
  const objects = new S3ConditionalObjects(lakeObjects(environment), of('STATE_BUCKET'))
  const { mostMissing } = streamDefaults
  return {
    lastsMs: secondsIn(of('RUN_SECONDS')) * 1_000,
    rest,
    async begin(run, log) {
      const encoderFor = await encodersFrom(environment)
      return {
        symbols,
        mostMissing,
        positions: new SharedPositions(objects, `${prefix}positions.json`, {
          run,
          now: Date.now,
          mostApart: mostMissing,
        }),
        open: (from, stop) => new TradeStream({ symbols, stream, rest, from }, stop),
        sink: new QueueSink({ queueUrl, client }),
        encode: encoderFor(tick),
        clock: theOutside.clock,
        log,
      }
    },
  }
}

/** @throws Refusal where it names none, or what can be no symbol */
function symbolsIn(text: string): readonly string[] {
  const symbols = [...new Set(text.split(',').map((name) => name.trim().toUpperCase()))]
  if (symbols.every((name) => /^[A-Z0-9]{2,20}$/.test(name))) return symbols
  throw new Refusal(`SYMBOLS is ${JSON.stringify(text)}: it has to list symbols of Binance, such as BTCUSDT,ETHUSDT.`)
}

/** @throws Refusal where it is no length that fits into a function's 15 minutes */
function secondsIn(text: string): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 5 && seconds <= 840) return seconds
  throw new Refusal(`RUN_SECONDS is ${JSON.stringify(text)}: it has to be a whole number from 5 to 840.`)
}
