import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { loadSchedules } from '#adapters/sql-files/load-schedules.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { events } from '#domain/events/events.ts'
import { Platform } from '#lib/platform.ts'
import { readContext, type StageName } from '#lib/stage.ts'

/** Properties of a resource as a template has them. */
export type Properties = Readonly<Record<string, unknown>>

export interface Resource {
  readonly id: string
  readonly Type: string
  readonly Properties?: Properties
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly DependsOn?: string | readonly string[]
}

/** One stage of the platform, synthesised in this process without building its functions. */
export interface Synthesised {
  readonly app: App
  /** By the last part of the stack's name: `HotPath`. */
  stack(id: string): Template
  readonly stackIds: readonly string[]
  /** All resources of a type, from every stack. */
  all(type: string): readonly Resource[]
}

/** Synthesises a stage. @param context what else the command line would give */
export function synthesise(name: StageName, context: Readonly<Record<string, string>> = {}): Synthesised {
  const app = new App({
    autoSynth: false,
    context: {
      stage: name,
      'aws:cdk:bundling-stacks': [],
      'aws:cdk:disable-stack-trace': true,
      '@aws-cdk/core:defaultCrossStackReferences': 'strong',
      ...(name === 'local' && context.transport !== 'kinesis' && { bootstrap_brokers: '127.0.0.1:9092' }),
      ...context,
    },
  })
  new Platform(
    app,
    readContext((key) => app.node.tryGetContext(key)),
    { events, tables: loadTables('sql'), schedules: loadSchedules('sql') },
  )
  const stacks = app.node.findAll().filter(Stack.isStack)
  const templates = new Map(stacks.map((stack) => [stack.node.id, Template.fromStack(stack)]))
  return {
    app,
    stackIds: [...templates.keys()],
    stack(id) {
      const template = templates.get(id)
      if (template === undefined) throw new Error(`Stage ${name} has no stack ${id}.`)
      return template
    },
    all: (type) =>
      [...templates.values()].flatMap((template) =>
        Object.entries(template.findResources(type)).map(([id, resource]) => ({ Type: type, ...resource, id })),
      ),
  }
}

const known = new Map<StageName, Synthesised>()

/** The stage as the repository has it, synthesised once a test file. */
export function stageOf(name: StageName): Synthesised {
  const found = known.get(name) ?? synthesise(name)
  known.set(name, found)
  return found
}
