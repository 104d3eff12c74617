import { z } from 'zod'
import { ServiceError } from '../aws-json.ts'
import { parse, type Schedule } from './schedule.ts'
import { invalid } from './service-error.ts'
import { DEFAULT_GROUP, type Group, groupArn, type Store, scheduleArn } from './store.ts'

/** A request as the API reads it. */
export interface Asked {
  readonly method: string
  /** Decoded, without its first slash. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly body: unknown
}

const Tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
const Page = z.coerce.number().int().min(1).max(100).default(100)

/** Answers one request over a store. @param now ms @throws ServiceError as the API answers it */
export function answer(store: Store, { method, path, query, body }: Asked, now: number): object {
  const [resource, name, ...rest] = path
  const operation = `${method} ${resource}${name === undefined ? '' : '/{Name}'}`
  const group = query.get('groupName') ?? DEFAULT_GROUP
  if (resource === 'tags') return answerTags(store, method, path.slice(1).join('/'), query, body)
  if (rest.length > 0) throw unknown(method, path)
  switch (operation) {
    case 'POST schedules/{Name}':
      return { ScheduleArn: store.create(name ?? '', body, now) }
    case 'PUT schedules/{Name}':
      return { ScheduleArn: store.update(name ?? '', body, now) }
    case 'GET schedules/{Name}':
      return described(store.get(group, name ?? ''))
    case 'DELETE schedules/{Name}':
      store.delete(group, name ?? '')
      return {}
    case 'GET schedules': {
      const all = store.schedules(query.get('ScheduleGroup') ?? undefined)
      const state = query.get('State')
      const found = all.filter((each) => each.name.startsWith(query.get('NamePrefix') ?? ''))
      const { items, ...more } = page(
        found.filter(({ State }) => state === null || State === state),
        query,
      )
      return { Schedules: items.map(summarised), ...more }
    }
    case 'POST schedule-groups/{Name}': {
      const arn = store.createGroup(name ?? '', now)
      setTags(store, arn, (body as { Tags?: unknown }).Tags ?? [])
      return { ScheduleGroupArn: arn }
    }
    case 'GET schedule-groups/{Name}':
      return describedGroup(store.group(name ?? ''))
    case 'DELETE schedule-groups/{Name}':
      store.deleteGroup(name ?? '')
      return {}
    case 'GET schedule-groups': {
      const found = store.groups().filter((each) => each.name.startsWith(query.get('NamePrefix') ?? ''))
      const { items, ...more } = page(found, query)
      return { ScheduleGroups: items.map(describedGroup), ...more }
    }
    default:
      throw unknown(method, path)
  }
}

const unknown = (method: string, path: readonly string[]) =>
  new ServiceError('UnknownOperationException', `${method} /${path.join('/')} is not answered here.`, 404)

function answerTags(store: Store, method: string, arn: string, query: URLSearchParams, body: unknown): object {
  const tags = store.tags(arn)
  if (method === 'GET') return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }
  if (method === 'POST') setTags(store, arn, (body as { Tags?: unknown }).Tags)
  else for (const key of query.getAll('TagKeys')) tags.delete(key)
  return {}
}

function setTags(store: Store, arn: string, given: unknown): void {
  const tags = store.tags(arn)
  for (const { Key, Value } of parse(Tags, given)) tags.set(Key, Value)
}

/** One page of a list; the token of the next is where that begins. */
function page<Item>(all: readonly Item[], query: URLSearchParams): { items: Item[]; NextToken?: string } {
  const size = parse(Page, query.get('MaxResults') ?? undefined)
  const from = Number(query.get('NextToken') ?? 0)
  if (!Number.isInteger(from) || from < 0) throw invalid('Invalid NextToken.')
  const items = all.slice(from, from + size)
  return from + size < all.length ? { items, NextToken: String(from + size) } : { items }
}

/** As GetSchedule answers it: times in seconds since 1970. */
function described({ name, expression: _, created, modified, ...schedule }: Schedule) {
  return {
    ...schedule,
    Name: name,
    Arn: scheduleArn(schedule.GroupName, name),
    CreationDate: created / 1000,
    LastModificationDate: modified / 1000,
  }
}

const summarised = (schedule: Schedule) => {
  const { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target } = described(schedule)
  return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target: { Arn: Target.Arn } }
}

const describedGroup = ({ name, created, modified }: Group) => ({
  Arn: groupArn(name),
  Name: name,
  State: 'ACTIVE',
  CreationDate: created / 1000,
  LastModificationDate: modified / 1000,
})
