import { relative } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import type { Defect } from '#domain/tables/table.ts'

/** All defects of all files as one refusal, a line each, files as seen from the working directory. */
export function refusalOf(defects: readonly Defect[]): Refusal {
  const lines = defects.map(({ file, line, says }) => `${relative(process.cwd(), file)}:${line}: ${says}`)
  return new Refusal(lines.join('\n'))
}
