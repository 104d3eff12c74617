import { describe, expect, it } from 'vitest'
import { refreshDefinition } from '#lib/constructs/refresh-definition.ts'
import type { Definition, State } from '#lib/constructs/states.ts'
import { tableRefreshDefinition } from '#lib/constructs/table-refresh-definition.ts'
import { stageNames } from '#lib/stage.ts'
import { stageOf } from './synthesised.ts'

const functions = { partition: 'aws', planner: 'arn:planner', migrations: 'arn:migrations' }
const machines = {
  'table-refresh': tableRefreshDefinition({ ...functions, workgroup: 'builds', leasePause: 5, patience: 3_600 }),
  refresh: refreshDefinition({ ...functions, tableRefresh: 'arn:machine', concurrency: 4 }),
}

/** All states, those inside a Map, too. */
const statesOf = ({ States }: Pick<Definition, 'States'>): readonly (readonly [string, State])[] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor as Definition) : []),
  ])

interface Retry {
  readonly ErrorEquals: readonly string[]
}

describe.each(Object.entries(machines))('the machine %s', (_, definition) => {
  const states = statesOf(definition)

  it('says of every state what it does', () => {
    for (const [name, { Comment }] of states) expect(Comment, name).toMatch(/^[A-Z].{8,}[^.]$/)
  })

  it('goes from every state to one that is there, and reaches each', () => {
    const known = new Set(states.map(([name]) => name))
    const reached = new Set(
      [...JSON.stringify(definition).matchAll(/"(?:Next|Default|StartAt)":"(\w+)"/g)].map(([, to]) => to),
    )
    for (const to of reached) expect(known, to).toContain(to)
    expect([...known].filter((name) => !reached.has(name))).toEqual([])
  })

  it('gives every task a limit, and somewhere to go when it fails', () => {
    for (const [name, { Type, TimeoutSeconds, Catch, Resource }] of states) {
      if (Type !== 'Task') continue
      expect(Catch, name).toMatchObject([{ ErrorEquals: ['States.ALL'] }])
      if (!String(Resource).includes('startExecution')) expect(TimeoutSeconds, name).toBeGreaterThan(0)
    }
  })

  it('tries no statement and no job again by itself: only functions, and a table that another run holds', () => {
    for (const [name, { Resource, Retry = [] }] of states) {
      const errors = (Retry as readonly Retry[]).flatMap(({ ErrorEquals }) => ErrorEquals)
      if (String(Resource).endsWith('lambda:invoke')) {
        for (const error of errors) expect(error, name).toMatch(/^Lambda\.\w+|^LeaseHeld$/)
      } else {
        expect(errors, name).toEqual([])
      }
    }
  })
})

describe('a publish', () => {
  it('is tried again where another commit came first, and for no other reason', () => {
    const { JudgeConflict, AwaitTurn } = machines['table-refresh'].States
    expect(JudgeConflict).toMatchObject({
      Choices: [{ Condition: expect.stringContaining("$contains($cause, 'ICEBERG_COMMIT_ERROR')"), Next: 'AwaitTurn' }],
      Default: 'DropFailedCandidate',
    })
    expect(AwaitTurn?.Next).toBe('Publish')
  })
})

describe.each(stageNames)('the executions of stage %s', (name) => {
  it('are logged where they fail, without what they worked on', () => {
    const machinesOf = stageOf(name).all('AWS::StepFunctions::StateMachine')
    expect(machinesOf.map(({ Properties }) => Properties?.StateMachineName).toSorted()).toEqual([
      `lodestream-${name}-refresh`,
      `lodestream-${name}-table-refresh`,
    ])
    for (const { Properties } of machinesOf) {
      expect(Properties).toMatchObject({ LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false } })
      expect(JSON.stringify(Properties?.DefinitionString)).toContain('JSONata')
    }
  })
})
