import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { alone, mismatch, run } from '#local/installs.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodestream-installs-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('one installation at a time, each in full', async () => {
  let within = 0
  let most = 0
  const install = () =>
    alone(join(folder, 'lock'), async () => {
      most = Math.max(most, ++within)
      await delay(10)
      within--
    })
  await Promise.all([install(), install(), install()])
  expect(most).toBe(1)
})

it('takes over the lock of one that was killed', async () => {
  writeFileSync(join(folder, 'lock'), '999999999 long gone')
  await expect(alone(join(folder, 'lock'), async () => 'installed')).resolves.toBe('installed')
})

it('frees the lock when the installation fails', async () => {
  const failing = alone(join(folder, 'lock'), () => Promise.reject(new Error('no network')))
  await expect(failing).rejects.toThrow('no network')
  await expect(alone(join(folder, 'lock'), async () => 1)).resolves.toBe(1)
})

it('names what differs from the committed checksums', () => {
  const list = join(folder, 'list')
  writeFileSync(list, `${'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'}  a.jar\n`)
  expect(mismatch(folder, list)).toBe('a.jar is missing')
  writeFileSync(join(folder, 'a.jar'), 'abd')
  expect(mismatch(folder, list)).toBe('a.jar has other bytes')
  writeFileSync(join(folder, 'a.jar'), 'abc')
  expect(mismatch(folder, list)).toBeUndefined()
})

it('refuses in one sentence when a program is missing, and when it fails', async () => {
  await expect(run('no-such-program', [], 'Fetching')).rejects.toThrow(/Fetching needs no-such-program.*doctor/)
  await expect(run('sh', ['-c', 'echo broken >&2; exit 3'], 'Fetching')).rejects.toThrow(/Fetching failed.*broken/)
})
