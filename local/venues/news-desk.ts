import { createHash } from 'node:crypto'

/** A made-up article. */
export interface Story {
  readonly id: string
  readonly publisher: string
  readonly title: string
  readonly summary: string
  readonly author: string
  /** Where it would stand, were it real: on a host that can never be. */
  readonly url: string
  /** ms */
  readonly publishedAt: number
}

/** A story appears that often. */
export const EVERY_MS = 15_000

const SUBJECTS = [
  'Bitcoin',
  'Ether',
  'Solana',
  'BNB',
  'XRP',
  'Dogecoin',
  'Chainlink',
  'Apple (NASDAQ: AAPL)',
  'Microsoft',
  'Nvidia',
  'IBM',
  'Lockheed Martin (NYSE: LMT)',
  'General Dynamics',
  'Northrop Grumman',
  'The orchard’s apple pie',
  'Solana Beach',
] as const
const VERBS = ['rises', 'slips', 'holds its gains', 'swings', 'draws buyers', 'sheds early losses'] as const
const REASONS = [
  'as funds report inflows',
  'after a quiet weekend',
  'ahead of the rate decision',
  'while traders await data',
  '& volumes double',
  'on word of a large order',
] as const
/** Made up too: what they say is said by no real publisher. */
export const PUBLISHERS = ['Coin Courier', 'Chain Herald', 'Market Wire'] as const

/**
 * The story of a place in the sequence: the same whenever it is asked for.
 * @param place whole; each fifteen seconds has its own
 */
export function storyAt(seed: number, place: number): Story {
  const digest = createHash('sha256').update(`${seed} story ${place}`).digest()
  const pick = <T>(from: readonly [T, ...T[]], byte: number): T => from[(digest[byte] ?? 0) % from.length] ?? from[0]
  const subject = pick(SUBJECTS, 0)
  const title = `${subject} ${pick(VERBS, 1)} ${pick(REASONS, 2)}`
  const id = digest.toString('hex', 8, 24)
  const publisher = pick(PUBLISHERS, 3)
  const publishedAt = place * EVERY_MS
  const slug = title.toLowerCase().replaceAll(/[^a-z]+/g, '-')
  return {
    id,
    publisher,
    title,
    summary: `${subject} moved by ${(digest[4] ?? 0) % 9} % in the last hours. A made-up story of the stand-in.`,
    author: 'A. Writer',
    url: `https://${slugOf(publisher)}.example/news/${new Date(publishedAt).toISOString().slice(0, 10)}/${slug}-${id.slice(0, 8)}`,
    publishedAt,
  }
}

/** As a publisher's host and feed are called. */
export const slugOf = (publisher: string): string => publisher.toLowerCase().replaceAll(' ', '-')

/** The newest stories as of `at`, the newest first. @param publisher @default of all */
export function newest(seed: number, at: number, count: number, publisher?: string): readonly Story[] {
  const stories: Story[] = []
  const last = Math.floor(at / EVERY_MS)
  for (let place = last; stories.length < count && place > last - 50 * count; place -= 1) {
    const story = storyAt(seed, place)
    if (publisher === undefined || story.publisher === publisher) stories.push(story)
  }
  return stories
}
