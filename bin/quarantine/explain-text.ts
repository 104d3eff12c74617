import type { Readable } from '#adapters/avro/readable.ts'
import { eventsOn } from '#domain/events/events.ts'
import { placeText } from '#domain/lake/quarantine.ts'
import type { Verdict } from '#domain/lake/release.ts'
import { printable } from '../table-text.ts'

/** Everything that is known of one record. */
export interface Explained {
  readonly verdict: Verdict
  readonly readable: Readable | undefined
  /** Whether bronze has its place: it was released. */
  readonly landed: boolean
}

const SHOWN_BYTES = 512
const WIDTH = 16

/** The record for a person. */
export function explainedText({ verdict, readable, landed }: Explained): string {
  const { row, value } = verdict
  return [
    `${placeText(row)}, appended ${time(row.appended_at)}, refused ${time(row.quarantined_at)}`,
    '',
    `where    ${WHERE[row.stage]}`,
    `why      ${row.code}: ${printable(row.reason)}`,
    `today    ${todayText(verdict)}`,
    `stands   ${landed ? 'released: bronze has this place' : 'waits'}`,
    `to do    ${landed ? 'nothing' : adviceOf(verdict)}`,
    '',
    `${value.length} bytes`,
    ...hexLines(value),
    '',
    ...readableLines(readable),
  ].join('\n')
}

/** The same as JSON has it. */
export const explainedJson = ({ verdict, readable, landed }: Explained) => ({
  place: placeText(verdict.row),
  topic: verdict.row.topic,
  partition: verdict.row.partition,
  offset: verdict.row.offset,
  appended_at: verdict.row.appended_at,
  quarantined_at: verdict.row.quarantined_at,
  stage: verdict.row.stage,
  code: verdict.row.code,
  reason: verdict.row.reason,
  today:
    'code' in verdict
      ? { accepted: false, code: verdict.code, reason: verdict.reason }
      : { accepted: true, id: verdict.id },
  released: landed,
  advice: landed ? 'nothing' : adviceOf(verdict),
  value: Buffer.from(verdict.value).toString('base64'),
  readable: readable?.value ?? null,
})

const WHERE = {
  decode: 'its bytes hold no event that can be read',
  contract: 'it was read, and its contract refuses it',
  delivery: 'it was accepted, and could not be written to the lake',
} as const

const time = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`

const todayText = (verdict: Verdict): string =>
  'code' in verdict
    ? `refused still, ${verdict.code}: ${printable(verdict.reason)}`
    : `accepted, as ${printable(verdict.id)}`

/** What somebody can do about the record. */
export function adviceOf(verdict: Verdict): string {
  if (!('code' in verdict)) return `lodestream quarantine release ${placeText(verdict.row)}`
  if (verdict.code === 'unknown_schema')
    return "let its producer send it anew, with an id of this stage's registry; release it, should the registry have it back"
  if (verdict.code === 'incompatible_schema') return 'let its producer send it anew, as the contract has it'
  const contracts = eventsOn(verdict.row.topic)
    .map(({ name }) => `domain/events/${name.replaceAll('_', '-')}.ts`)
    .join(' or ')
  return verdict.stage === 'contract'
    ? `let its producer send it anew, corrected; or widen ${contracts || 'its contract'}, deploy, and release it`
    : 'let its producer send it anew: nothing can be made of these bytes'
}

/** Hex and text side by side, as hexdump has it. */
function hexLines(value: Uint8Array): readonly string[] {
  const shown = Buffer.from(value.subarray(0, SHOWN_BYTES))
  const lines: string[] = []
  for (let at = 0; at < shown.length; at += WIDTH) {
    const bytes = [...shown.subarray(at, at + WIDTH)]
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = bytes.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`  ${at.toString(16).padStart(6, '0')}  ${hex.padEnd(WIDTH * 3 - 1)}  ${text}`)
  }
  const more = value.length - shown.length
  return more > 0 ? [...lines, `  … and ${more} more: --json has them all`] : lines
}

function readableLines(readable: Readable | undefined): readonly string[] {
  if (readable === undefined) return ['They cannot be read as JSON, nor by a schema that is known.']
  const as = readable.form === 'json' ? 'as JSON' : `by the schema of ${readable.schema}`
  const text = JSON.stringify(readable.value, null, 2) ?? ''
  return [`Read ${as}:`, ...text.split('\n').map((line) => `  ${printable(line)}`)]
}
