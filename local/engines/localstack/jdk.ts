import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { findJava } from '../java.ts'

/** The oldest JDK in which LocalStack evaluates JSONata, the query language of our state machines. */
export const oldestJdk = 21

/**
 * Puts a JDK that is installed here where LocalStack, whose root folder is `data`, looks for one; answers its home.
 * Undefined where there is none: LocalStack runs without, and its plugin says what is missing when a JSONata state runs.
 */
export function linkJdk(data: string): string | undefined {
  const folder = join(data, 'var', 'lib', 'localstack', 'lib', 'java')
  // LocalStack asks for this very version, and a newer one does as well.
  const link = join(folder, `${oldestJdk}`)
  rmSync(link, { force: true })
  const home = jdkHome()
  if (home === undefined) return undefined
  mkdirSync(folder, { recursive: true })
  symlinkSync(home, link)
  return home
}

function jdkHome(): string | undefined {
  try {
    return findJava({ from: oldestJdk, purpose: 'Step Functions in LocalStack' }).home
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
