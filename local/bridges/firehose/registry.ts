import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ServiceError } from '../aws-json.ts'
import type { Delivery } from './delivery.ts'
import { bufferFolder, DeliveryStream } from './delivery-stream.ts'
import { DestinationSettings } from './destination.ts'
import { admitDestination } from './destination-rules.ts'
import { invalidArgument } from './service-error.ts'
import { Throughput } from './throughput.ts'

const Tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).optional() })).max(50)
const Encryption = z.object({
  KeyARN: z.string().optional(),
  KeyType: z.enum(['AWS_OWNED_CMK', 'CUSTOMER_MANAGED_CMK']),
})

/** What is known of a stream beyond its buffers, kept in `stream.json`. Times in ms. */
export const Description = z.object({
  name: z.string(),
  version: z.number().int(),
  created: z.number(),
  updated: z.number().optional(),
  settings: DestinationSettings,
  tags: Tags,
  encryption: Encryption.optional(),
})
export type Description = z.infer<typeof Description>

/** A stream and what is known of it. */
export interface Entry {
  readonly description: Description
  readonly stream: DeliveryStream
  readonly throughput: Throughput
  /** Whether a CreateDeliveryStream of this name takes it over: whoever made it has forgotten it, or may have. */
  readonly isAdoptable: boolean
  readonly isDeleting: boolean
}

/** What every stream shares. */
export interface Shared {
  readonly folder: string
  readonly delivery: Delivery
  readonly speedup: number
}

/** How long a stream that is deleted may still deliver, ms. */
const LAST_DELIVERY_MS = 10_000

/** The streams of this bridge, of which it finds those again that it had. */
export class Registry {
  readonly #shared: Shared
  readonly #entries = new Map<string, Entry>()

  constructor(shared: Shared) {
    this.#shared = shared
    mkdirSync(shared.folder, { recursive: true })
    for (const name of readdirSync(shared.folder)) {
      const file = join(shared.folder, name, 'stream.json')
      if (!existsSync(file)) continue
      this.#start(Description.parse(JSON.parse(readFileSync(file, 'utf8'))), true)
    }
  }

  /** Every stream by name, those that are being deleted included. */
  all(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => (a.description.name < b.description.name ? -1 : 1))
  }

  /** @throws ServiceError where there is none, or no longer */
  get(name: string): Entry {
    const entry = this.#entries.get(name)
    if (!entry || entry.isDeleting) {
      throw new ServiceError('ResourceNotFoundException', `Firehose ${name} under account 000000000000 not found.`)
    }
    return entry
  }

  /** @throws ServiceError for settings that Firehose refuses, and for a name in use */
  create(description: Omit<Description, 'version' | 'created'>, now: number): void {
    const { name, settings } = description
    const destination = admitDestination(settings)
    const there = this.#entries.get(name)
    if (there && !there.isAdoptable) {
      throw new ServiceError('ResourceInUseException', `Firehose ${name} under accountId 000000000000 already exists.`)
    }
    const whole = { ...description, version: there ? there.description.version + 1 : 1, created: now }
    this.#keep(whole)
    if (!there) this.#start(whole, false)
    else {
      there.stream.update(destination, whole.version)
      this.#entries.set(name, { ...there, description: whole, isAdoptable: false })
    }
  }

  /** Changes what is said of a stream; new settings make a new version. @throws ServiceError as `create` */
  change(name: string, change: Partial<Pick<Description, 'settings' | 'tags' | 'encryption'>>, now: number): void {
    const entry = this.get(name)
    const { settings } = change
    const version = entry.description.version + (settings ? 1 : 0)
    const description = { ...entry.description, ...change, version, ...(settings && { updated: now }) }
    if (settings) {
      checkSamePartitioning(entry.description.settings, settings)
      const destination = admitDestination(settings)
      this.#keep(description)
      entry.stream.update(destination, version)
    } else this.#keep(description)
    this.#entries.set(name, { ...entry, description })
  }

  /** Delivers what the stream holds, if that is possible soon, and forgets it. */
  async delete(name: string): Promise<void> {
    const entry = this.get(name)
    this.#entries.set(name, { ...entry, isDeleting: true })
    await entry.stream.flush(LAST_DELIVERY_MS, { untilFailure: true })
    await entry.stream.end({ removes: true })
    rmSync(join(this.#shared.folder, name), { recursive: true, force: true })
    this.#entries.delete(name)
  }

  /** From now on a CreateDeliveryStream takes over the stream of its name: LocalStack, which asks for it, has begun anew. */
  letAdopt(): void {
    for (const [name, entry] of this.#entries) this.#entries.set(name, { ...entry, isAdoptable: true })
  }

  #start(description: Description, isAdoptable: boolean): void {
    const { name, version, settings } = description
    const { folder, delivery, speedup } = this.#shared
    const destination = admitDestination(settings)
    const place = bufferFolder(folder, name)
    const stream = new DeliveryStream({ name, folder: place, destination, version, delivery, speedup })
    const throughput = new Throughput(speedup, performance.now())
    this.#entries.set(name, { description, stream, throughput, isAdoptable, isDeleting: false })
  }

  #keep(description: Description): void {
    const folder = join(this.#shared.folder, description.name)
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'stream.json')
    writeFileSync(`${file}.new`, JSON.stringify(description, null, 2))
    renameSync(`${file}.new`, file)
  }
}

function checkSamePartitioning(before: DestinationSettings, after: DestinationSettings): void {
  const isEnabled = (settings: DestinationSettings) => settings.DynamicPartitioningConfiguration?.Enabled === true
  if (isEnabled(before) === isEnabled(after)) return
  throw invalidArgument('Dynamic partitioning can only be enabled when a stream is created, and not be disabled again.')
}
