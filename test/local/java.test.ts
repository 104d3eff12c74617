import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { findJava } from '#local/engines/java.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodestream-java-'))

/** A folder that looks like a JDK of this version. */
function jdk(version: string): string {
  const home = join(folder, version)
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'release'), `IMPLEMENTOR="Test"\nJAVA_VERSION="${version}"\n`)
  writeFileSync(join(home, 'bin', 'java'), '')
  chmodSync(join(home, 'bin', 'java'), 0o755)
  return home
}

afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(folder, { recursive: true }))

it("takes JAVA_HOME's where its version will do", () => {
  const home = jdk('900.1.2')
  vi.stubEnv('JAVA_HOME', home)
  expect(findJava({ from: 17, purpose: 'Trino' })).toEqual({
    home,
    path: join(home, 'bin', 'java'),
    version: '900.1.2',
  })
})

it('passes over a JAVA_HOME of another version for one that will do on PATH', () => {
  vi.stubEnv('JAVA_HOME', jdk('800.0.1'))
  vi.stubEnv('PATH', join(jdk('900.0.1'), 'bin'))
  expect(findJava({ from: 900, to: 900, purpose: 'Spark' }).version).toBe('900.0.1')
})

it('says in one sentence what is needed and what is there', () => {
  vi.stubEnv('JAVA_HOME', jdk('800.0.1'))
  expect(() => findJava({ from: 990, purpose: 'Trino' })).toThrow(/^Trino needs a Java 990 or newer, .*800\.0\.1.*\.$/)
  expect(() => findJava({ from: 990, to: 990, purpose: 'Spark' })).toThrow(/^Spark needs a Java 990, /)
})
