import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { eventually, marked } from '#local/process.ts'
import { loadState, repository } from '#local/state.ts'
import { statusOf } from '#local/status.ts'
import { bringDown } from '#local/up.ts'

const home = mkdtempSync(join(tmpdir(), 'lodestream-demo-'))
const { CI: _, DETACH: __, ...environment } = process.env

let child: ChildProcess | undefined

afterAll(async () => {
  // A demo that nobody ends keeps its terminal, and with it the whole run.
  child?.kill('SIGKILL')
  await bringDown(home)
  rmSync(home, { recursive: true })
})

test('on a terminal the demo shows every part until Ctrl-C, which takes everything down', async () => {
  const demo = `${process.execPath} ${join(repository, 'bin', 'demo.ts')}`
  // script(1) gives it a terminal.
  const terminal = spawn('script', ['-qec', demo, '/dev/null'], {
    env: { ...environment, LODESTREAM_HOME: home, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child = terminal
  let shown = ''
  terminal.stdout.on('data', (part: Buffer) => {
    shown += part.toString()
  })
  const ended = new Promise<number | null>((done) => terminal.once('exit', done))

  const stands = await eventually(() => shown.includes('Ctrl-C takes everything down'), 480_000)
  expect(stands, shown.slice(-2_000)).toBe(true)
  expect(shown).toMatch(/The first price after [\d.]+ s: \S+ [\d.]+/)
  expect(shown).toContain(loadState(home).page)
  terminal.stdin.write('\u0003')
  await ended

  const { engines } = await statusOf(home)
  expect(engines.filter(({ state }) => state === 'running')).toEqual([])
  expect(marked(home)).toEqual([])
  // It is a whole platform and its first gold, beside another file's engines.
}, 600_000)
