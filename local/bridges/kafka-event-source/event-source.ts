import { isDeepStrictEqual } from 'node:util'
import { Refusal } from '#domain/refusal.ts'
import { Trouble } from './log.ts'
import { type Mapping, parseMapping, refuseChangedIdentity, uuidOf } from './mapping.ts'
import { listMskMappings } from './mappings.ts'
import { MappingRunner, type RunnerState, type Surroundings } from './runner.ts'

/** How one mapping fares: read, at rest because it is disabled, or refused for a reason. */
export type MappingState = { readonly uuid: string } & (
  | ({ readonly topic: string; readonly function_arn: string } & RunnerState)
  | { readonly state: 'disabled' }
  | { readonly state: 'refused'; readonly reason: string }
)

interface Entry {
  answer: unknown
  mapping?: Mapping
  runner?: MappingRunner
  /** Resolves when the runner before the present one has ended. */
  ended?: Promise<void>
  refusal?: string
}

/** Lambda's event sources on MSK, all of them: follows the mappings as they are created, updated, disabled and deleted. */
export class KafkaEventSource {
  readonly #around: Surroundings
  readonly #entries = new Map<string, Entry>()
  readonly #trouble: Trouble
  readonly #endings = new Set<Promise<void>>()

  constructor(around: Surroundings) {
    this.#around = around
    this.#trouble = new Trouble(around.log, {})
  }

  /** Compares what Lambda holds with what runs, and makes up the difference. While LocalStack is away all goes on as it was. */
  async refresh(): Promise<void> {
    let answers: unknown[]
    try {
      answers = await listMskMappings(this.#around.aws)
      this.#trouble.over('listing the event source mappings')
    } catch (error) {
      this.#trouble.met('listing the event source mappings', error)
      return
    }
    const present = new Map(answers.flatMap((answer) => [[uuidOf(answer) ?? '', answer] as const]))
    for (const uuid of this.#entries.keys()) if (!present.has(uuid)) this.#remove(uuid)
    for (const [uuid, answer] of present) this.#update(uuid, answer)
  }

  states(): MappingState[] {
    return [...this.#entries].map(([uuid, { mapping, runner, refusal }]) => {
      if (refusal !== undefined) return { uuid, state: 'refused', reason: refusal }
      if (!mapping || !runner) return { uuid, state: 'disabled' }
      return { uuid, topic: mapping.topic, function_arn: mapping.functionArn, ...runner.state }
    })
  }

  /** Finishes what is in flight, commits, and leaves every group. */
  async stop(): Promise<void> {
    for (const entry of this.#entries.values()) this.#halt(entry)
    await Promise.all(this.#endings)
  }

  #remove(uuid: string): void {
    const entry = this.#entries.get(uuid)
    this.#entries.delete(uuid)
    if (entry) this.#halt(entry)
    this.#around.log('info', 'the mapping was deleted', { mapping: uuid })
  }

  #update(uuid: string, answer: unknown): void {
    const known = this.#entries.get(uuid)
    if (known && isDeepStrictEqual(known.answer, answer)) return
    const entry: Entry = known ?? { answer }
    entry.answer = answer
    this.#entries.set(uuid, entry)
    const { log } = this.#around
    try {
      const mapping = parseMapping(answer, Date.now())
      const before = entry.mapping
      if (before) refuseChangedIdentity(before, mapping)
      delete entry.refusal
      entry.mapping = mapping
      if (before && entry.runner && isDeepStrictEqual(before, mapping)) return
      this.#halt(entry)
      if (mapping.enabled) entry.runner = new MappingRunner(mapping, this.#around, entry.ended ?? Promise.resolve())
      else if (before?.enabled !== false)
        log('info', 'the mapping is disabled', { mapping: uuid, topic: mapping.topic })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (entry.refusal !== error.message)
        log('error', 'the mapping is refused', { mapping: uuid, reason: error.message })
      entry.refusal = error.message
      this.#halt(entry)
    }
  }

  /** Stops an entry's runner without waiting: an invocation may run for minutes, and the other mappings go on. */
  #halt(entry: Entry): void {
    if (!entry.runner) return
    const ended = entry.runner.stop()
    delete entry.runner
    entry.ended = ended
    this.#endings.add(ended)
    void ended.finally(() => this.#endings.delete(ended))
  }
}
