import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BufferFile } from '#local/bridges/firehose/buffer-file.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodestream-buffer-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const header = (opened: number) => ({ kind: 'data' as const, key: 'k', prefix: 'p/', opened })
const linesOf = (buffer: BufferFile | undefined) => [...(buffer?.lines() ?? [])].map(String)

it('is found again as it was, oldest first', () => {
  BufferFile.open(folder, header(1_000_000_000_002)).append(['c'])
  const first = BufferFile.open(folder, header(1_000_000_000_001))
  first.append(['a', 'ä'])
  first.append([''])
  const found = BufferFile.recover(folder)
  expect(found.map(linesOf)).toEqual([['a', 'ä', ''], ['c']])
  expect(found[0]).toMatchObject({ header: header(1_000_000_000_001), count: 3, bytes: first.bytes })
})

it('leaves out the line that was being written when the process ended, and goes on behind the others', () => {
  const buffer = BufferFile.open(folder, header(1))
  buffer.append(['whole'])
  appendFileSync(buffer.path, 'ha')
  const [found] = BufferFile.recover(folder)
  found?.append(['next'])
  expect(linesOf(found)).toEqual(['whole', 'next'])
})

it('forgets what never held a whole line, and what was half made', () => {
  appendFileSync(BufferFile.open(folder, header(1)).path, 'half')
  BufferFile.open(folder, header(2))
  writeFileSync(join(folder, 'x.lines.new'), '{"kind":')
  writeFileSync(join(folder, 'x.lines.parquet'), 'PAR1')
  expect(BufferFile.recover(folder)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})
