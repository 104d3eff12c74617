import { Runner } from './runner.ts'
import { admitSchedule, Name, parse, type Schedule } from './schedule.ts'
import { conflict, invalid, missing } from './service-error.ts'
import type { Targets } from './targets.ts'

/** A group of schedules. Times in ms. */
export interface Group {
  readonly name: string
  readonly created: number
  readonly modified: number
}

/** The group that is always there. */
export const DEFAULT_GROUP = 'default'

export const scheduleArn = (group: string, name: string) =>
  `arn:aws:scheduler:us-east-1:000000000000:schedule/${group}/${name}`
export const groupArn = (name: string) => `arn:aws:scheduler:us-east-1:000000000000:schedule-group/${name}`

/** Every group and schedule, in memory: CloudFormation makes them again with LocalStack. */
export class Store {
  readonly #runner: Runner
  readonly #groups = new Map<string, Group>()
  /** By ARN. */
  readonly #schedules = new Map<string, Schedule>()
  readonly #tags = new Map<string, Map<string, string>>()

  /** @param now ms */
  constructor(targets: Targets, now: number) {
    this.#groups.set(DEFAULT_GROUP, { name: DEFAULT_GROUP, created: now, modified: now })
    this.#runner = new Runner(targets, (arn) => {
      if (this.#schedules.get(arn)?.ActionAfterCompletion === 'DELETE') this.#schedules.delete(arn)
    })
  }

  /** Makes a schedule, and runs it. @returns its ARN @throws ServiceError as the API does */
  create(name: string, body: unknown, now: number): string {
    const schedule = admitSchedule(name, body, now)
    this.group(schedule.GroupName)
    const arn = scheduleArn(schedule.GroupName, name)
    if (this.#schedules.has(arn)) throw conflict(`Schedule ${name}`)
    this.#schedules.set(arn, schedule)
    // The moment of its making counts: without a start date a rate begins at once.
    this.#runner.run(arn, schedule, now - 1)
    return arn
  }

  /** Puts a schedule in the place of the one of its name; what the body leaves out gets its default. */
  update(name: string, body: unknown, now: number): string {
    const asked = admitSchedule(name, body, now)
    const { created } = this.get(asked.GroupName, name)
    const schedule = { ...asked, created }
    const arn = scheduleArn(asked.GroupName, name)
    this.#schedules.set(arn, schedule)
    this.#runner.run(arn, schedule, now)
    return arn
  }

  /** @throws ServiceError where there is none */
  get(group: string, name: string): Schedule {
    const schedule = this.#schedules.get(scheduleArn(group, name))
    if (!schedule) throw missing(`Schedule ${name}`)
    return schedule
  }

  delete(group: string, name: string): void {
    this.get(group, name)
    this.#forget(scheduleArn(group, name))
  }

  /** In the order of their ARNs. @throws ServiceError for a group that is not there */
  schedules(group?: string): Schedule[] {
    if (group !== undefined) this.group(group)
    const all = [...this.#schedules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, schedule]) => schedule)
    return group === undefined ? all : all.filter(({ GroupName }) => GroupName === group)
  }

  createGroup(name: string, now: number): string {
    parse(Name, name)
    if (this.#groups.has(name)) throw conflict(`Schedule group ${name}`)
    this.#groups.set(name, { name, created: now, modified: now })
    return groupArn(name)
  }

  /** @throws ServiceError where there is none */
  group(name: string): Group {
    const group = this.#groups.get(name)
    if (!group) throw missing(`Schedule group ${name}`)
    return group
  }

  /** Deletes a group with its schedules. */
  deleteGroup(name: string): void {
    if (name === DEFAULT_GROUP) throw invalid('The default schedule group cannot be deleted.')
    this.group(name)
    for (const schedule of this.schedules(name)) this.#forget(scheduleArn(name, schedule.name))
    this.#groups.delete(name)
    this.#tags.delete(groupArn(name))
  }

  groups(): Group[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The tags of a group, to read and to change. @throws ServiceError for the ARN of anything else */
  tags(arn: string): Map<string, string> {
    if (!this.groups().some(({ name }) => groupArn(name) === arn)) throw missing(`Resource ${arn}`)
    const tags = this.#tags.get(arn) ?? new Map()
    this.#tags.set(arn, tags)
    return tags
  }

  /** Ends all that runs. */
  stop(): Promise<void> {
    return this.#runner.stop()
  }

  #forget(arn: string): void {
    this.#runner.cancel(arn)
    this.#schedules.delete(arn)
  }
}
