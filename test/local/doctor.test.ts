import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { repository } from '#local/state.ts'

let bare: string

beforeEach(() => {
  bare = mkdtempSync(join(tmpdir(), 'lodestream-doctor-'))
})

afterEach(() => rmSync(bare, { recursive: true }))

/** Runs the doctor on a machine that has Node.js and nothing else. */
function onBareMachine(...words: string[]): Promise<{ stdout: string }> {
  symlinkSync(process.execPath, join(bare, 'node'))
  return promisify(execFile)(process.execPath, [join(repository, 'bin', 'lodestream.ts'), 'doctor', ...words], {
    env: { PATH: bare, HOME: bare, PYENV_ROOT: bare },
  })
}

// JDKs are found where their packages put them, whatever PATH says; test/local/java.test.ts looks at one that is missing.
it('names what is missing, the command that gets it, and fails', async () => {
  const failure = await onBareMachine('--json').catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 1 })
  const { ok, tools } = JSON.parse((failure as { stdout: string }).stdout)
  expect(ok).toBe(false)
  const missing = tools.filter((tool: { found: string | null }) => tool.found === null)
  expect(missing.map((tool: { name: string }) => tool.name)).toEqual([
    'python',
    'python 3.11',
    'java',
    'maven',
    'redis-server',
    'chromium',
  ])
  for (const { get } of missing) expect(get).toMatch(/^(sudo apt-get|pyenv) install /)
  expect(tools.find(({ name }: { name: string }) => name === 'node')).toMatchObject({ ok: true })
})

it('says it to a person without colour where nobody watches a terminal', async () => {
  const failure = await onBareMachine().catch((error: unknown) => error)
  const said = (failure as { stdout: string }).stdout
  expect(said).toMatch(/✖ redis-server +missing/)
  expect(said).toContain('get it: sudo apt-get install -y redis-server')
  expect(said).not.toContain('\u001b')
})
