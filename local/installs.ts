import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from '#domain/refusal.ts'
import { identityOf } from './process.ts'
import { readIfThere } from './state.ts'

/**
 * Runs `install` while no other process installs the same thing, waiting for one that does. A lock whose holder is gone
 * (its process was killed) is taken over.
 */
export async function alone<T>(lock: string, install: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lock), { recursive: true })
  const me = `${process.pid} ${identityOf(process.pid)}`
  while (!claim(lock, me)) {
    const holder = readIfThere(lock)
    if (holder !== undefined && isGone(holder)) rmSync(lock, { force: true })
    else await delay(100)
  }
  try {
    return await install()
  } finally {
    rmSync(lock, { force: true })
  }
}

function claim(lock: string, owner: string): boolean {
  try {
    const file = openSync(lock, 'wx')
    writeFileSync(file, owner)
    closeSync(file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function isGone(holder: string): boolean {
  const [pid, identity] = holder.split(' ')
  // An empty file belongs to one that is just writing its name.
  return Boolean(identity) && identityOf(Number(pid)) !== identity
}

/** A program's standard output. Where it fails or is missing: a Refusal that names `purpose` and its last words. */
export function run(
  program: string,
  words: readonly string[],
  purpose: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 64 << 20 }
    execFile(program, words, options, (error, output, complaints) => {
      if (!error) return resolve(output)
      if (error.code === 'ENOENT') {
        return reject(
          new Refusal(`${purpose} needs ${program}, which is not here: lodestream doctor says how to get it.`),
        )
      }
      const words = `${complaints}${output}`.trim().split('\n').slice(-6).join(' / ')
      reject(new Refusal(`${purpose} failed, because ${program} said: ${words || error.message}`))
    })
  })
}

/**
 * What differs between the files in `folder` and the committed list `<sha256>  <name>` a line: one sentence, or
 * undefined when every listed file is there with those bytes.
 */
export function mismatch(folder: string, list: string): string | undefined {
  for (const [digest, name] of readSums(list)) {
    const path = join(folder, name)
    if (!existsSync(path)) return `${name} is missing`
    if (createHash('sha256').update(readFileSync(path)).digest('hex') !== digest) return `${name} has other bytes`
  }
  return undefined
}

/** The names on a committed list of checksums. */
export function listed(list: string): string[] {
  return readSums(list).map(([, name]) => name)
}

function readSums(list: string): [digest: string, name: string][] {
  return readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [digest, name] = line.split(/\s+/)
      if (!digest || !name) throw new Error(`${list}: not a checksum: ${line}`)
      return [digest, name]
    })
}

/** Twelve hexadecimal digits that stand for these texts; names a folder after what was installed in it. */
export function fingerprint(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12)
}
