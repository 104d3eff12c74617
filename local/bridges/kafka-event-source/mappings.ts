import type { LocalAws } from './aws.ts'
import { readsMsk } from './mapping.ts'

/** Every MSK event source mapping that Lambda holds, as the API answers it. Rejects where LocalStack does not answer. */
export async function listMskMappings(aws: LocalAws): Promise<unknown[]> {
  const found: unknown[] = []
  let marker: string | undefined
  do {
    const query = marker === undefined ? '' : `?Marker=${encodeURIComponent(marker)}`
    const answer = await aws.call({
      service: 'lambda',
      method: 'GET',
      path: `/2015-03-31/event-source-mappings/${query}`,
      timeoutMs: 10_000,
    })
    if (answer.status !== 200)
      throw new Error(`listing the event source mappings was answered ${answer.status} ${answer.text.slice(0, 200)}`)
    const page = JSON.parse(answer.text) as { EventSourceMappings?: unknown[]; NextMarker?: string | null }
    found.push(...(page.EventSourceMappings ?? []))
    marker = page.NextMarker || undefined
  } while (marker !== undefined)
  return found.filter(readsMsk)
}
