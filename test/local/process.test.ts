import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  becomeReady,
  ensure,
  eventually,
  identityOf,
  killMarked,
  launch,
  logFile,
  marked,
  runningPart,
  stopPart,
} from '#local/process.ts'

let home: string
const foreign: number[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lodestream-process-'))
})

afterEach(async () => {
  await killMarked(home)
  for (const pid of foreign.splice(0)) if (identityOf(pid)) process.kill(pid, 'SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

/** A process of somebody else's. The kernel counts starts in hundredths of a second; this one is of a later one. */
async function startedAfter(identity: string): Promise<number> {
  let pid = 0
  const isLater = () => {
    pid = spawn('sleep', ['600']).pid ?? 0
    foreign.push(pid)
    return identityOf(pid) !== identity
  }
  expect(await eventually(isLater, 5_000)).toBe(true)
  return pid
}

const sleeper = { name: 'sleeper', command: ['sleep', '600'] } as const
const script = (name: string, code: string) => ({ name, command: [process.execPath, '-e', code] as const })

describe('a part', () => {
  it('runs on by itself, and is found again by its record', () => {
    const part = launch(home, sleeper)
    expect(runningPart(home, 'sleeper')).toEqual(part)
    expect(identityOf(part.pid)).toBe(part.identity)
  })

  it('writes both its outputs to its log', async () => {
    launch(home, script('talker', 'console.log("out"); console.error("err")'))
    const hasBoth = () => /out\nerr\n/.test(readFileSync(logFile(home, 'talker'), 'utf8'))
    expect(await eventually(hasBoth, 5_000)).toBe(true)
  })

  it('ends when stopped, and leaves no record', async () => {
    const { pid } = launch(home, sleeper)
    await stopPart(home, 'sleeper')
    expect(identityOf(pid)).toBeUndefined()
    expect(runningPart(home, 'sleeper')).toBeUndefined()
  })

  it('is killed when it does not end as asked', async () => {
    const part = launch(
      home,
      script('stubborn', 'process.on("SIGTERM", () => {}); console.log("on"); setInterval(() => {}, 9e8)'),
    )
    expect(await eventually(() => readFileSync(logFile(home, 'stubborn'), 'utf8') === 'on\n', 5_000)).toBe(true)
    await stopPart(home, 'stubborn', 200)
    expect(identityOf(part.pid)).toBeUndefined()
  })

  it('is kept by ensure when nothing changed, and started anew when its environment did', async () => {
    const first = await ensure(home, { ...sleeper, env: { PORT: '1' } })
    expect((await ensure(home, { ...sleeper, env: { PORT: '1' } })).pid).toBe(first.pid)
    const second = await ensure(home, { ...sleeper, env: { PORT: '2' } })
    expect(second.pid).not.toBe(first.pid)
    expect(identityOf(first.pid)).toBeUndefined()
  })

  it('that cannot be run is refused in one sentence', () => {
    expect(() => launch(home, { name: 'absent', command: ['no-such-program'] })).toThrow(/absent did not start.*doctor/)
  })

  it('that ends while starting is told with its last words', async () => {
    const part = launch(home, script('brief', 'console.error("no room"); process.exit(1)'))
    await expect(becomeReady(home, part, async () => false, 10_000)).rejects.toThrow(
      /brief ended while starting: no room/,
    )
  })
})

describe('processes of others', () => {
  it('are left alone when they took over a recorded pid', async () => {
    const part = launch(home, sleeper)
    await stopPart(home, 'sleeper')
    const pid = await startedAfter(part.identity)
    writeFileSync(join(home, 'run', 'sleeper.json'), JSON.stringify({ ...part, pid }))
    expect(runningPart(home, 'sleeper')).toBeUndefined()
    await stopPart(home, 'sleeper')
    await killMarked(home)
    expect(identityOf(pid)).toBeDefined()
  })

  it('of another platform are not counted as ours', async () => {
    const other = mkdtempSync(join(tmpdir(), 'lodestream-process-'))
    const { pid } = launch(other, sleeper)
    expect(marked(home)).toEqual([])
    await killMarked(home)
    expect(identityOf(pid)).toBeDefined()
    await stopPart(other, 'sleeper')
    rmSync(other, { recursive: true, force: true })
  })
})

it('children of a part carry its mark, and are killed with the rest', async () => {
  launch(home, script('parent', 'require("node:child_process").spawn("sleep", ["600"]); setInterval(() => {}, 9e8)'))
  expect(await eventually(() => marked(home).length === 2, 5_000)).toBe(true)
  await stopPart(home, 'parent')
  expect(marked(home)).toHaveLength(1)
  await killMarked(home)
  expect(marked(home)).toHaveLength(0)
})
