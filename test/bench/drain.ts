import { setTimeout as delay } from 'node:timers/promises'
import { launch, runningPart, stopPart } from '#local/process.ts'
import { processorSeconds, usedBetween } from './cpu.ts'
import { load, rounded, wallClock } from './figures.ts'
import type { Bench } from './platform.ts'
import { send } from './send.ts'
import { ends, type Stretch, since, sizeOf } from './stretch.ts'
import { watchRedis } from './watch.ts'

const PART = 'kafka-event-source'
const PATIENCE_MS = 300_000
/** Quick enough for a rate, and light: every look takes from what is measured. */
const LOOK_EVERY_MS = 10

/** How fast a log that waits is produced and then counted. */
export interface Drain {
  readonly events: number
  readonly producedPerSecond: number
  readonly produceLoad: number
  /** From the first movement of a checkpoint until all are counted. */
  readonly countedPerSecond: number
  readonly load: number
  /** Processor seconds by part while it drained. */
  readonly used: ReturnType<typeof usedBetween>
  /** What was drained. */
  readonly stretches: readonly Stretch[]
}

/** Stops the event source, fills the log as fast as that goes, starts it again, and times it until all is counted. */
export async function measureDrain(bench: Bench, events: number): Promise<Drain> {
  const { home, kafka } = bench
  const part = runningPart(home, PART)
  const [program, ...words] = part?.command ?? []
  if (part === undefined || program === undefined) throw new Error(`${PART} does not run in ${home}`)
  await stopPart(home, PART)
  const before = await ends(kafka)
  const sent = await send({ home, eventsPerSecond: 1_000, events, speed: 'max' })
  const produceLoad = load()
  const stretches = await since(kafka, before)

  const watch = await watchRedis(bench, LOOK_EVERY_MS)
  const idle = processorSeconds(home)
  const start = watch.counted()
  const goal = stretches.reduce((sum, { to }) => sum + to, 0n)
  launch(home, { name: PART, command: [program, ...words], env: part.env })
  const deadline = performance.now() + PATIENCE_MS
  let first: { readonly at: number; readonly counted: bigint } | undefined
  while (watch.counted() < goal) {
    if (performance.now() > deadline) throw new Error(`${events} events were not counted in ${PATIENCE_MS / 1_000} s`)
    if (first === undefined && watch.counted() > start) first = { at: wallClock(), counted: watch.counted() }
    await delay(LOOK_EVERY_MS)
  }
  const end = wallClock()
  const used = usedBetween(idle, processorSeconds(home))
  await watch.stop()
  const { at, counted } = first ?? { at: end, counted: start }
  return {
    events: sizeOf(stretches),
    producedPerSecond: rounded(sent.acknowledged / sent.seconds),
    produceLoad,
    countedPerSecond: rounded((Number(goal - counted) * 1_000) / (end - at)),
    load: load(),
    used,
    stretches,
  }
}
