/**
 * `make bench`: latency at three rates, the drain rate, a peer beside it and a profile, in one run and one table.
 * `--json` prints the figures as JSON. A platform of its own is brought up, or the one in `LODESTREAM_BENCH_HOME` used.
 */
import { parseArgs } from 'node:util'
import { Refusal } from '#domain/refusal.ts'
import { measureDrain } from './drain.ts'
import { measureLatency } from './latency.ts'
import { measurePeer } from './peer.ts'
import { openBench } from './platform.ts'
import { measureProfile } from './profile.ts'
import { type Results, table } from './table.ts'

const RATES = [200, 1_000, 5_000]
const DRAINED = 500_000

/** Shows what is being done, where a person watches; a pipe or a log gets results only. */
function progress(doing: string): void {
  if (process.stderr.isTTY && !process.env.CI) process.stderr.write(`\r\u001b[K${doing}`)
}

async function measure(): Promise<Results> {
  const bench = await openBench(progress)
  try {
    const latencies = []
    for (const asked of [false, true]) {
      for (const rate of RATES) {
        progress(`latency at ${rate} events/s${asked ? ', the API asked meanwhile' : ''}`)
        latencies.push(await measureLatency(bench, rate, asked))
      }
    }
    progress(`drain of ${DRAINED} events`)
    const { stretches, ...drain } = await measureDrain(bench, DRAINED)
    progress('the peer, over the same events')
    const peer = await measurePeer(bench, stretches)
    progress('the profile, over the same events')
    const profile = await measureProfile(bench, stretches)
    return { latencies, drain, peer, profile }
  } finally {
    await bench.close()
    progress('')
  }
}

try {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const results = await measure()
  process.stdout.write(`${values.json ? JSON.stringify(results) : table(results)}\n`)
} catch (error) {
  if (!(error instanceof Refusal) && !isMisused(error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/** Whether the command line was wrong: its message is a sentence already. */
function isMisused(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
