import { lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { linkJsonata } from '#local/engines/localstack/jsonata.ts'

let folder: string
let data: string
const library = (...parts: string[]) => join(data, 'var', 'lib', 'localstack', 'lib', ...parts)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodestream-jsonata-'))
  data = join(folder, 'data')
  for (const name of ['jdk', 'newer', 'jars']) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'file'), name)
  }
})

afterEach(() => rmSync(folder, { recursive: true }))

it('leads LocalStack to the JDK and the jars, where it looks for its own', () => {
  linkJsonata(data, { jdk: join(folder, 'jdk'), jars: join(folder, 'jars') })
  expect(readlinkSync(library('java', '21'))).toBe(join(folder, 'jdk'))
  expect(readlinkSync(library('jsonata', '0.9.7'))).toBe(join(folder, 'jars'))
})

it('leaves a right link to a LocalStack that runs, and replaces another without touching where it led', () => {
  const jars = join(folder, 'jars')
  linkJsonata(data, { jdk: join(folder, 'jdk'), jars })
  const before = lstatSync(library('jsonata', '0.9.7')).ino
  linkJsonata(data, { jdk: join(folder, 'newer'), jars })
  expect(lstatSync(library('jsonata', '0.9.7')).ino).toBe(before)
  expect(readlinkSync(library('java', '21'))).toBe(join(folder, 'newer'))
  expect(lstatSync(join(folder, 'jdk', 'file')).isFile()).toBe(true)
})

it('leaves no link where there is no JDK any more', () => {
  linkJsonata(data, { jdk: join(folder, 'jdk'), jars: join(folder, 'jars') })
  linkJsonata(data, undefined)
  expect(() => lstatSync(library('java', '21'))).toThrow(/ENOENT/)
  expect(lstatSync(join(folder, 'jdk', 'file')).isFile()).toBe(true)
})
