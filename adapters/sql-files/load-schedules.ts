import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSchedules, type Schedule } from '#domain/tables/schedules.ts'
import { refusalOf } from './refusal-of.ts'
import { readYaml } from './yaml-text.ts'

/** Reads `schedules.yml` in the folder of the SQL. @throws Refusal with everything that is wrong with it */
export function loadSchedules(folder: string): readonly Schedule[] {
  const file = join(folder, 'schedules.yml')
  const { value, lineOf, errors } = readYaml(readFileSync(file, 'utf8'))
  if (errors.length > 0) throw refusalOf(errors.map((error) => ({ file, ...error })))
  const read = parseSchedules(value)
  if ('schedules' in read) return read.schedules
  throw refusalOf(read.wrong.map(({ path, says }) => ({ file, line: lineOf(path), says })))
}
