import { LakeError } from '#domain/lake/lake-error.ts'
import { Refusal } from '#domain/refusal.ts'

/** Runs what asks the lake; what the lake refuses is told in its own words, in one sentence. */
export async function inLakesWords<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof LakeError)) throw error
    const words = error.message.replaceAll(/\s+/g, ' ').trim()
    const query = error.queryId === undefined ? '' : ` (query ${error.queryId})`
    throw new Refusal(`Athena: ${words}${query}`)
  }
}
