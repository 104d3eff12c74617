import { describe, expect, it } from 'vitest'
import { Committer } from '#local/bridges/kafka-event-source/committer.ts'
import { Trouble } from '#local/bridges/kafka-event-source/log.ts'
import { until } from './bridge-process.ts'

/** A group that answers each commit when it is told to. */
class Group {
  readonly asked: [Map<number, bigint>, PromiseWithResolvers<void>][] = []
  readonly told: string[] = []
  readonly committer = new Committer(
    (offsets) => {
      const answer = Promise.withResolvers<void>()
      this.asked.push([new Map(offsets), answer])
      return answer.promise
    },
    new Map([[0, 5n]]),
    new Trouble((_, event) => this.told.push(event), {}),
  )

  async answer(index: number, error?: Error): Promise<void> {
    await until(
      () => this.asked.length > index,
      () => `${this.asked.length} commits were asked for`,
    )
    const answer = this.asked[index]?.[1]
    if (error) answer?.reject(error)
    else answer?.resolve()
  }
}

describe('commits', () => {
  it('go one at a time, the next with the newest offsets of all', async () => {
    const group = new Group()
    group.committer.add(new Map([[0, 7n]]))
    group.committer.add(new Map([[0, 8n]]))
    group.committer.add(
      new Map([
        [0, 9n],
        [1, 3n],
      ]),
    )
    expect(group.asked).toHaveLength(1)
    await group.answer(0)
    await group.answer(1)
    await group.committer.close(1_000)
    expect(group.asked.map(([offsets]) => offsets)).toEqual([
      new Map([[0, 7n]]),
      new Map([
        [0, 9n],
        [1, 3n],
      ]),
    ])
  })

  it('never go back, nor repeat what is committed', async () => {
    const group = new Group()
    group.committer.add(new Map([[0, 5n]]))
    group.committer.add(new Map([[0, 4n]]))
    expect(group.asked).toHaveLength(0)
    expect(group.committer.newest(0)).toBe(5n)
  })

  it('that fail are repeated with the newest offsets, and told once', async () => {
    const group = new Group()
    group.committer.add(
      new Map([
        [0, 7n],
        [1, 1n],
      ]),
    )
    group.committer.add(new Map([[0, 8n]]))
    await group.answer(0, new Error('not the coordinator'))
    await group.answer(1, new Error('not the coordinator'))
    await group.answer(2)
    await group.committer.close(1_000)
    expect(group.asked[2]?.[0]).toEqual(
      new Map([
        [0, 8n],
        [1, 1n],
      ]),
    )
    expect(group.told).toEqual(['committing offsets does not work, trying on', 'committing offsets works again'])
  })

  it('are waited for at the end, but not for ever', async () => {
    const group = new Group()
    group.committer.add(new Map([[0, 7n]]))
    const began = performance.now()
    await group.committer.close(50)
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})
