import { randomUUID } from 'node:crypto'
import { type WallTime, wallTime } from '../wall-clock.ts'
import { invalidArgument } from './service-error.ts'

/** What an S3 prefix is evaluated with. */
export interface PrefixValues {
  /** Arrival of the oldest record of the object, ms. */
  readonly arrival: number
  /** @default UTC */
  readonly zone?: string | undefined
  readonly keys?: Readonly<Record<string, string>>
  /** Why the records could not be delivered, such as `processing-failed`. */
  readonly errorType?: string
}

type Piece = string | { readonly namespace: string; readonly value: string }

const EXPRESSION = /!\{([^:{}]*):([^{}]*)\}/
/** Of Java's DateTimeFormatter; a quoted text stands for itself. */
const PATTERN_PART = /'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+/g
const PATTERN_LETTERS = new Set(['yyyy', 'yy', 'MM', 'M', 'dd', 'd', 'DDD', 'HH', 'H', 'mm', 'ss'])
/** After evaluation; of the template, the API's model allows 1,024. */
const LONGEST = 512

/** The time that Firehose puts behind a prefix that has no expression. */
export const DEFAULT_TIME = '!{timestamp:yyyy/MM/dd/HH/}'

/** The prefix of one object. @throws ServiceError where it gets longer than 512 characters or a key has no value */
export function evaluatePrefix(template: string, values: PrefixValues): string {
  const evaluated = piecesOf(template)
    .map((piece) => (typeof piece === 'string' ? piece : evaluatePiece(piece.namespace, piece.value, values)))
    .join('')
  if (evaluated.length > LONGEST) throw invalidArgument(`The prefix evaluates to more than ${LONGEST} characters.`)
  return evaluated
}

/** The keys that a prefix names as `!{partitionKeyFromQuery:…}`. */
export function keysOf(template: string): string[] {
  return piecesOf(template).flatMap((piece) =>
    typeof piece !== 'string' && piece.namespace === 'partitionKeyFromQuery' ? [piece.value] : [],
  )
}

export const hasExpression = (template: string): boolean => EXPRESSION.test(template)

/** Whether failed records of different kinds end in different folders. */
export const namesErrorType = (template: string): boolean =>
  piecesOf(template).some((piece) => typeof piece !== 'string' && piece.value === 'error-output-type')

/** @throws ServiceError for an expression that Firehose does not know, or not in this kind of prefix */
export function checkPrefix(template: string, kind: 'Prefix' | 'ErrorOutputPrefix'): void {
  for (const piece of piecesOf(template)) {
    if (typeof piece === 'string') {
      if (piece.includes('!{')) throw invalidArgument(`${kind} has an expression that does not end: ${piece}`)
      continue
    }
    const { namespace, value } = piece
    const shown = `!{${namespace}:${value}}`
    if (namespace === 'timestamp') checkPattern(value)
    else if (namespace === 'partitionKeyFromQuery') {
      if (kind === 'ErrorOutputPrefix') throw invalidArgument(`ErrorOutputPrefix cannot contain ${shown}.`)
      if (value === '') throw invalidArgument(`${shown} names no partition key.`)
    } else if (namespace !== 'firehose' || (value !== 'error-output-type' && value !== 'random-string')) {
      throw invalidArgument(`${kind} has ${shown}, which is none of the expressions that can be evaluated here.`)
    } else if (kind === 'Prefix' && value === 'error-output-type') {
      throw invalidArgument(`Prefix cannot contain ${shown}.`)
    }
  }
}

function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = []
  let rest = template
  for (let found = EXPRESSION.exec(rest); found; found = EXPRESSION.exec(rest)) {
    pieces.push(rest.slice(0, found.index), { namespace: found[1] ?? '', value: found[2] ?? '' })
    rest = rest.slice(found.index + found[0].length)
  }
  pieces.push(rest)
  return pieces.filter((piece) => piece !== '')
}

function evaluatePiece(namespace: string, value: string, { arrival, zone, keys, errorType }: PrefixValues): string {
  if (namespace === 'timestamp') return formatTime(value, wallTime(arrival, zone ?? 'UTC'))
  if (namespace === 'partitionKeyFromQuery') {
    const key = keys?.[value]
    if (key === undefined) throw invalidArgument(`The prefix names the key ${value}, which the record does not have.`)
    return key
  }
  return value === 'error-output-type' ? (errorType ?? '') : randomUUID().replaceAll('-', '').slice(0, 11)
}

function checkPattern(pattern: string): void {
  for (const [part, , letter] of pattern.matchAll(PATTERN_PART)) {
    if (letter !== undefined && !PATTERN_LETTERS.has(part)) {
      throw invalidArgument(`The timestamp pattern ${pattern} has ${part}, which cannot be evaluated here.`)
    }
  }
  if ((pattern.match(/'/g)?.length ?? 0) % 2 === 1) throw invalidArgument(`${pattern} has a quote that does not end.`)
}

function formatTime(pattern: string, time: WallTime): string {
  const values: Readonly<Record<string, number>> = {
    y: time.year,
    M: time.month,
    d: time.day,
    D: (Date.UTC(time.year, time.month - 1, time.day) - Date.UTC(time.year, 0, 0)) / 86_400_000,
    H: time.hour,
    m: time.minute,
    s: time.second,
  }
  return pattern.replaceAll(PATTERN_PART, (part: string, quoted: string | undefined, letter: string | undefined) => {
    if (quoted !== undefined) return quoted || "'"
    if (letter === undefined) return part
    const text = String(values[letter] ?? 0).padStart(part.length, '0')
    return part === 'yy' ? text.slice(-2) : text
  })
}

/** The time in an object's name, `yyyy-MM-dd-HH-mm-ss`. */
export function nameTime(instant: number, zone = 'UTC'): string {
  return formatTime('yyyy-MM-dd-HH-mm-ss', wallTime(instant, zone))
}
