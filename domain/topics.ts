import { Refusal } from './refusal.ts'

/**
 * Reads how many partitions each topic has, from JSON such as `{"market_data_raw":4}`: what the stacks put into TOPICS.
 * @throws Refusal where it is anything else.
 */
export function topicsOf(text: string | undefined): ReadonlyMap<string, number> {
  const fail = () => new Refusal(`TOPICS is ${text ?? 'not set'}; it has to be JSON such as {"market_data_raw":4}.`)
  let counts: unknown
  try {
    counts = JSON.parse(text ?? '')
  } catch {
    throw fail()
  }
  if (typeof counts !== 'object' || counts === null || Array.isArray(counts)) throw fail()
  const topics = new Map<string, number>()
  for (const [topic, partitions] of Object.entries(counts)) {
    if (!Number.isInteger(partitions) || partitions < 1) throw fail()
    topics.set(topic, partitions)
  }
  return topics
}
