import { html } from 'hono/html'
import { z } from 'zod'

type Html = ReturnType<typeof html>

const Parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: z.record(z.string(), z.unknown()),
})

const Operation = z.object({
  summary: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(Parameter).default([]),
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })) })
    .optional(),
  responses: z.record(
    z.string(),
    z.object({
      description: z.string(),
      content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).optional(),
    }),
  ),
})

const Document = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.object({ get: Operation.optional(), post: Operation.optional() })),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
})

type Document = z.infer<typeof Document>
type Schema = Readonly<Record<string, unknown>>

/** As much of the API's own OpenAPI document as the page shows. @throws where it lacks something that is shown. */
export const parseDocument = (text: string): Document => Document.parse(JSON.parse(text))

/** The document for people: plain HTML without a script; its links are relative, so it works behind a base path. */
export const docsPage = ({ info, tags, paths, components }: Document): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs.css">
</head>
<body>
<header>
<h1>${info.title}</h1>
${info.description.split('\n\n').map((paragraph) => html`<p>${paragraph}</p>`)}
<p><a href="openapi.json">openapi.json</a> (OpenAPI 3.1)</p>
</header>
<nav aria-label="Routes">${tags.map(
  (tag) =>
    html`<section><h2>${tag.name}</h2><ul>${withTag(paths, tag.name).map(
      ({ path }) => html`<li><a href="#${anchorOf(path)}"><code>${path}</code></a></li>`,
    )}</ul></section>`,
)}</nav>
<main>
${tags.map((tag) => html`<h2>${tag.name}</h2><p>${tag.description}</p>${withTag(paths, tag.name).map(routeCard)}`)}
<h2>Shapes</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) => html`<article id="shape-${name}"><h3>${name}</h3>${fields(schema)}</article>`,
)}
</main>
</body>
</html>`

interface Route {
  readonly path: string
  readonly method: string
  readonly operation: z.infer<typeof Operation>
}

const withTag = (paths: Document['paths'], tag: string): readonly Route[] =>
  Object.entries(paths)
    .flatMap(([path, { get, post }]) => [
      ...(get === undefined ? [] : [{ path, method: 'GET', operation: get }]),
      ...(post === undefined ? [] : [{ path, method: 'POST', operation: post }]),
    ])
    .filter(({ operation }) => operation.tags.includes(tag))

const anchorOf = (path: string): string => path.slice(1).replaceAll(/[^a-z]+/g, '-')

function routeCard({ path, method, operation }: Route): Html {
  const { summary, description, parameters, requestBody, responses } = operation
  const [answered] = Object.keys(responses).filter((status) => status.startsWith('2'))
  const answer = responses[answered ?? '']?.content?.['application/json']?.schema ?? {}
  const errors = Object.entries(responses).filter(([status]) => status !== answered)
  const body = requestBody?.content['application/json']?.schema
  return html`<article id="${anchorOf(path)}">
<h3><span class="method">${method}</span> <code>${path}</code></h3>
<p><strong>${summary}.</strong> ${prose(description)}</p>
${parameters.length > 0 ? parameterTable(parameters) : ''}
${body === undefined ? '' : html`<p>Takes ${typeOf(body)}.</p>`}
<p>Answers ${typeOf(answer)}.</p>
<details><summary>Errors</summary><dl>${errors.map(
    ([status, { description: why }]) => html`<dt>${status}</dt><dd>${why}</dd>`,
  )}</dl></details>
</article>`
}

const parameterTable = (parameters: readonly z.infer<typeof Parameter>[]): Html =>
  table(
    'Parameters',
    parameters.map(({ name, in: place, schema, description }) => [
      html`<code>${name}</code>`,
      html`${place}, ${typeOf(schema)}${boundsOf(schema)}`,
      prose(description ?? schema.description),
    ]),
  )

function fields(schema: Schema): Html {
  const properties = isSchema(schema.properties) ? schema.properties : {}
  const rows = Object.entries(properties).flatMap(([name, property]) =>
    rowsOf(name, isSchema(property) ? property : {}),
  )
  return table('Fields', rows)
}

/** A property, and below it those of a nested object or of a list's items. */
function rowsOf(name: string, schema: Schema): readonly (readonly Html[])[] {
  const items = isSchema(schema.items) ? schema.items : undefined
  const nested = [schema.properties, items?.properties].find(isSchema) ?? {}
  const below = Object.entries(nested).flatMap(([inner, property]) =>
    rowsOf(`${name}${items === undefined ? '' : '[]'}.${inner}`, isSchema(property) ? property : {}),
  )
  return [[html`<code>${name}</code>`, typeOf(schema), prose(schema.description)], ...below]
}

const table = (
  label: string,
  rows: readonly (readonly Html[])[],
): Html => html`<div class="scroll"><table aria-label="${label}">
<tbody>${rows.map(([name, type, text]) => html`<tr><th scope="row">${name}</th><td>${type}</td><td>${text}</td></tr>`)}</tbody>
</table></div>`

function typeOf(schema: Schema): Html {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return html`<a href="#shape-${name}">${name}</a>`
  }
  const choices = [schema.anyOf, schema.oneOf, schema.allOf].find(Array.isArray)
  if (choices !== undefined)
    return html`${choices.filter(isSchema).map((choice, i) => html`${i > 0 ? ' or ' : ''}${typeOf(choice)}`)}`
  if (Array.isArray(schema.enum)) return html`${schema.enum.join(' | ')}`
  if (schema.type === 'array') return html`list of ${typeOf(isSchema(schema.items) ? schema.items : {})}`
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any')
  if (schema.format === 'date-time') return html`${String(type).replace('string', 'time')}`
  return html`${String(type).replace('string', schema.format === 'decimal' ? 'decimal text' : 'text')}`
}

function boundsOf(schema: Schema): Html {
  const bounds = [
    schema.minimum !== undefined && schema.maximum !== undefined ? `${schema.minimum} to ${schema.maximum}` : '',
    schema.default === undefined ? '' : `default ${schema.default}`,
    schema.example === undefined ? '' : `such as ${schema.example}`,
  ].filter((bound) => bound !== '')
  return html`${bounds.length > 0 ? `; ${bounds.join('; ')}` : ''}`
}

/** Text in which `backticks` mark names, as the document's descriptions have it. */
const prose = (text: unknown): Html =>
  html`${String(text ?? '')
    .split('`')
    .map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The page's stylesheet, beside the page, since the content security policy admits none within it. */
export const docsStyle = `:root { color-scheme: light dark; --ink: light-dark(#1c2330, #e3e8f0); --quiet: light-dark(#5b6576, #95a1b4); --line: light-dark(#e0e5ec, #273142); --card: light-dark(#fff, #141b26); --ground: light-dark(#f6f8fa, #0d1219); --accent: light-dark(#0a58ca, #7ab2ff); }
* { box-sizing: border-box; }
body { margin: 0; padding: 0 1.5rem 4rem; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
header, nav, main { max-width: 60rem; margin: 0 auto; }
h1 { margin: 2rem 0 .5rem; font-size: 1.7rem; } h2 { margin: 2rem 0 .25rem; font-size: 1.2rem; } h3 { margin: 0 0 .5rem; font-size: 1rem; }
nav { display: flex; flex-wrap: wrap; gap: 0 3rem; border-block: 1px solid var(--line); padding-bottom: 1rem; } nav h2 { margin-top: 1rem; font-size: .95rem; } nav ul { margin: 0; padding: 0; list-style: none; }
article { margin: 1rem 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; } article:target { border-color: var(--accent); }
a { color: var(--accent); } code { font: .9em ui-monospace, monospace; } p { margin: .5rem 0; }
.method { color: var(--accent); font-size: .8rem; font-weight: 700; letter-spacing: .05em; } .scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; } th, td { padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; } th { white-space: nowrap; } td { color: var(--quiet); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; } dd { margin: 0; color: var(--quiet); }
`
