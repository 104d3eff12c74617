import { type EventDefinition, fieldsOf } from './define-event.ts'
import type { Field } from './fields.ts'
import { type Random, sampleOf } from './samples.ts'

/** The contract's page for people, in Markdown, with one example that the parser accepts. */
export function toDocs(definition: EventDefinition, random: Random): string {
  const { name, version, topic, wire, doc, origin, key, id, at } = definition
  const rows = Object.entries(fieldsOf(definition)).map(
    ([field, it]) => `| \`${field}\` | ${typeOf(it)} | ${it.unit ?? ''} | ${it.optional ? 'no' : 'yes'} | ${it.doc} |`,
  )
  return [
    `# ${name}`,
    '',
    doc,
    '',
    `Version ${version} · topic \`${topic}\` · ${wire === 'avro' ? "Avro in the schema registry's frame" : 'JSON'} · ordered by \`${key}\` · named by ${id.map((part) => `\`${part}\``).join(', ')} · happened at \`${at}\``,
    '',
    `Origin: ${origin}`,
    '',
    '| field | type | unit | required | meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    'An example, as JSON:',
    '',
    '```json',
    JSON.stringify(sampleOf(definition, random), null, 2),
    '```',
    '',
  ].join('\n')
}

function typeOf({ kind, positive, choices }: Field): string {
  const type = kind === 'choice' ? (choices ?? []).map((choice) => `\`${choice}\``).join(' or ') : kind
  return positive ? `${type}, positive` : type
}
