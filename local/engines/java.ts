import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { isMissing, readIfThere } from '../state.ts'

/** A Java that is installed here. */
export interface Java {
  /** For JAVA_HOME. */
  readonly home: string
  /** The program itself. */
  readonly path: string
  /** As `25.0.3`. */
  readonly version: string
}

/** Which Java is wanted. */
export interface WantedJava {
  /** The oldest major version that will do. */
  readonly from: number
  /** The newest that will do. @default any */
  readonly to?: number
  /** What needs it, for the sentence that says it is missing: `Trino`. */
  readonly purpose: string
}

/** Where Linux distributions and Temurin's packages put their JDKs. */
const packagedJdks = '/usr/lib/jvm'

/**
 * A Java whose major version is wanted: JAVA_HOME's if that one will do, else the oldest that will among
 * /usr/lib/jvm's and the one on PATH. Throws a Refusal that says what is needed and what was found.
 */
export function findJava({ from, to = Number.POSITIVE_INFINITY, purpose }: WantedJava): Java {
  const found = candidates().flatMap((home) => javaAt(home) ?? [])
  const fitting = found.filter((java) => majorOf(java) >= from && majorOf(java) <= to)
  const chosen =
    fitting.find(({ home }) => home === process.env.JAVA_HOME) ??
    fitting.toSorted((one, other) => majorOf(one) - majorOf(other))[0]
  if (chosen) return chosen
  const versions = [...new Set(found.map(({ version }) => version))].join(', ')
  throw new Refusal(
    `${purpose} needs a Java ${from}${wording(from, to)}, and JAVA_HOME, ${packagedJdks} and PATH lead ` +
      `${versions ? `only to ${versions}` : 'to none'}: install one, or set JAVA_HOME to it.`,
  )
}

function wording(from: number, to: number): string {
  if (to === from) return ''
  return to === Number.POSITIVE_INFINITY ? ' or newer' : ` … ${to}`
}

function candidates(): string[] {
  const chosen = process.env.JAVA_HOME ? [process.env.JAVA_HOME] : []
  const packaged = foldersIn(packagedJdks).map((name) => join(packagedJdks, name))
  const programs = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'java'))
  const onPath = programs.filter((program) => existsSync(program)).map((java) => dirname(dirname(realpathSync(java))))
  return [...chosen, ...packaged, ...onPath]
}

/** The Java in a folder, whose `release` file says its version as in every JDK since 9; undefined where there is none. */
function javaAt(home: string): Java | undefined {
  const path = join(home, 'bin', 'java')
  if (!existsSync(path)) return undefined
  const version = /^JAVA_VERSION="([^"]+)"/m.exec(readIfThere(join(home, 'release')) ?? '')?.[1]
  return version === undefined ? undefined : { home, path, version }
}

function majorOf({ version }: Java): number {
  return Number.parseInt(version, 10)
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
