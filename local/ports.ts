import { createServer } from 'node:net'
import { Refusal } from '#domain/refusal.ts'
import { runningPart } from './process.ts'
import { loadState, updateState } from './state.ts'

// Below 32768, where Linux takes ports of outgoing connections: none of those can steal a port between choice and bind.
const lowest = 10_000
const highest = 32_000

// A port is free until its part listens, and others are chosen meanwhile.
const given = new Set<number>()

/** A port on 127.0.0.1 that nothing listens on just now, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Refusal(`No free port was found between ${lowest} and ${highest}: end what occupies them.`)
}

/**
 * The port that `part` of the platform at `home` keeps: the one it runs on, or ran on. A new one is chosen when it has
 * none, or when another program took it.
 */
export async function portFor(home: string, part: string): Promise<number> {
  const kept = loadState(home).ports[part]
  if (kept !== undefined && (runningPart(home, part) || (await isFree(kept)))) return kept
  const port = await freePort()
  updateState(home, (state) => {
    state.ports[part] = port
  })
  return port
}

/** Whether 127.0.0.1:`port` can be bound. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
