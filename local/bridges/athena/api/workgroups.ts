import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { readIfThere } from '#local/state.ts'
import { invalidRequest } from '../errors.ts'
import { type Request, smallestCutoff, WorkGroupConfiguration } from './requests.ts'

const WorkGroup = z.object({
  name: z.string(),
  description: z.string().optional(),
  state: z.enum(['ENABLED', 'DISABLED']),
  configuration: WorkGroupConfiguration,
  /** Seconds since 1970. */
  createdAt: z.number(),
})

/** A workgroup as it stands. */
export type WorkGroup = z.infer<typeof WorkGroup>

/** Athena's workgroups; `primary` is always there. */
export class WorkGroups {
  readonly #groups = new Map<string, WorkGroup>()
  /** Those of an earlier process. A LocalStack that is new creates them again, which is then no conflict. */
  readonly #inherited = new Set<string>()
  readonly #file: string | undefined

  /** @param file where they are kept over a restart of this process. @default nowhere */
  constructor(file?: string) {
    this.#file = file
    const kept = file === undefined ? undefined : readIfThere(file)
    for (const group of kept === undefined ? [] : z.array(WorkGroup).parse(JSON.parse(kept))) {
      this.#groups.set(group.name, group)
      this.#inherited.add(group.name)
    }
    if (!this.#groups.has('primary')) {
      const configuration = { EnforceWorkGroupConfiguration: false }
      this.#groups.set('primary', { name: 'primary', state: 'ENABLED', configuration, createdAt: now() })
    }
  }

  get(name: string): WorkGroup {
    const group = this.#groups.get(name)
    if (!group) throw invalidRequest(`WorkGroup ${name} is not found.`)
    return group
  }

  all(): WorkGroup[] {
    return [...this.#groups.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  create({ Name: name, Description, Configuration = {} }: Request<'CreateWorkGroup'>): void {
    if (this.#groups.has(name) && !this.#inherited.has(name)) throw invalidRequest('WorkGroup is already created.')
    this.#keep({
      name,
      ...(Description === undefined ? {} : { description: Description }),
      state: 'ENABLED',
      configuration: { EnforceWorkGroupConfiguration: true, PublishCloudWatchMetricsEnabled: true, ...Configuration },
      createdAt: now(),
    })
  }

  update({ WorkGroup: name, Description, State, ConfigurationUpdates = {} }: Request<'UpdateWorkGroup'>): void {
    const group = this.get(name)
    const { ResultConfigurationUpdates, RemoveBytesScannedCutoffPerQuery, ...updates } = ConfigurationUpdates
    const configuration = { ...group.configuration, ...updates }
    if (RemoveBytesScannedCutoffPerQuery) delete configuration.BytesScannedCutoffPerQuery
    if (ResultConfigurationUpdates) {
      const { RemoveOutputLocation, ...results } = ResultConfigurationUpdates
      configuration.ResultConfiguration = { ...configuration.ResultConfiguration, ...results }
      if (RemoveOutputLocation) delete configuration.ResultConfiguration.OutputLocation
    }
    this.#keep({ ...group, configuration, state: State ?? group.state, description: Description ?? group.description })
  }

  delete(name: string): void {
    if (name === 'primary') throw invalidRequest('Cannot delete the primary WorkGroup.')
    this.get(name)
    this.#groups.delete(name)
    this.#save()
  }

  #keep(group: WorkGroup): void {
    const { BytesScannedCutoffPerQuery: cutoff, ResultConfiguration } = group.configuration
    if (cutoff !== undefined && cutoff < smallestCutoff) {
      throw invalidRequest(`BytesScannedCutoffPerQuery must be at least ${smallestCutoff} bytes, not ${cutoff}.`)
    }
    if (ResultConfiguration?.OutputLocation !== undefined) folderOf(ResultConfiguration.OutputLocation)
    this.#groups.set(group.name, group)
    this.#inherited.delete(group.name)
    this.#save()
  }

  #save(): void {
    if (this.#file === undefined) return
    mkdirSync(dirname(this.#file), { recursive: true })
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.all(), undefined, 2))
    renameSync(`${this.#file}.new`, this.#file)
  }
}

/** A result location with its slash. Throws where it is none in S3. */
export function folderOf(location: string): string {
  if (!/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(location)) {
    throw invalidRequest('outputLocation is not a valid S3 path.')
  }
  return location.endsWith('/') ? location : `${location}/`
}

const now = (): number => Date.now() / 1000
