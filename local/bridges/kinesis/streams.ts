import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ServiceError } from '../aws-json.ts'
import { Stream, type StreamSettings } from './stream.ts'

/** Every stream, each in a folder of its name; they outlive the process. */
export class Streams {
  readonly #folder: string
  readonly #streams: Map<string, Stream>

  /** @param now ms */
  constructor(folder: string, now: number) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
    const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'stream.json')))
    this.#streams = new Map(names.map((name) => [name, Stream.open(join(folder, name), now)]))
  }

  /** @throws ServiceError where there is one of that name */
  create(settings: StreamSettings, now: number): void {
    const { name } = settings
    if (this.#streams.has(name)) throw new ServiceError('ResourceInUseException', `Stream ${name} already exists.`)
    this.#streams.set(name, Stream.create(join(this.#folder, name), settings, now))
  }

  /** @throws ServiceError where there is none */
  get(name: string): Stream {
    const stream = this.#streams.get(name)
    if (stream === undefined) throw new ServiceError('ResourceNotFoundException', `Stream ${name} not found.`)
    return stream
  }

  delete(name: string): void {
    this.get(name).delete()
    this.#streams.delete(name)
  }

  get names(): readonly string[] {
    return [...this.#streams.keys()].sort()
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close()
  }
}
