import { type EventDefinition, fieldsOf, landedFieldsOf } from './define-event.ts'
import { exampleOf } from './examples.ts'
import { type Field, limits, mostOf } from './fields.ts'
import type { Sample } from './samples.ts'

/** The contract's page for people, in Markdown, with an example of every field and a whole one that the parser accepts. */
export function toDocs(definition: EventDefinition): string {
  const { name, version, topic, wire, doc, origin, key, id, at } = definition
  const rows = Object.entries(landedFieldsOf(definition)).map(([field, it]) =>
    [`| \`${field}\``, typeOf(it), it.unit ?? '', presence(it), cell(it.doc), `\`${exampleOf(it)}\` |`].join(' | '),
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
    '| field | type | unit | required | meaning | example |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    'An example, as JSON:',
    '',
    '```json',
    JSON.stringify(exampleEventOf(definition), null, 2),
    '```',
    '',
  ].join('\n')
}

/** An event in its JSON form, each field as the page shows it. */
export const exampleEventOf = (definition: EventDefinition): Sample => ({
  type: definition.name,
  ...Object.fromEntries(Object.entries(fieldsOf(definition)).map(([name, field]) => [name, exampleOf(field)])),
})

function presence({ optional, lookup }: Field): string {
  if (lookup !== undefined) return `looked up by \`${lookup.by}\`, never sent`
  return optional ? 'no' : 'yes'
}

function typeOf(field: Field): string {
  const { kind, positive, choices, least, greatest } = field
  if (kind === 'choice') return `one of ${(choices ?? []).map((choice) => `\`${choice}\``).join(', ')}`
  const rules = [
    ...(positive ? ['positive'] : []),
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(greatest === undefined ? [] : [`at most ${greatest}`]),
    ...(kind === 'text' && mostOf(field) !== limits.text ? [`at most ${mostOf(field)} characters`] : []),
  ]
  return [kind, ...rules].join(', ')
}

/** Text in a cell of a table, which a bar would end. */
const cell = (text: string): string => text.replaceAll('|', '\\|')
