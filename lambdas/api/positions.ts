import { rollUp } from '#domain/metrics/bucket.ts'
import type { ReadingOf } from '#domain/metrics/define-metric.ts'
import { position } from '#domain/metrics/position.ts'
import type { HotView } from '#domain/ports.ts'

/** One account's position in one symbol, merged over the partitions. */
export type Position = { readonly account: string; readonly symbol: string } & ReadingOf<typeof position>

/** Positions by account, then symbol, in alphabetical order. @param account only this one's. @default all */
export async function positionsOf(view: HotView, account?: string): Promise<readonly Position[]> {
  const buckets = await view.readAll(position, account === undefined ? {} : { group: [account] })
  const byEntity = Map.groupBy(buckets, ({ entity }) => entity.join('\n'))
  return [...byEntity]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, held]) => {
      const [of = '', symbol = ''] = held[0]?.entity ?? []
      return [...rollUp(position, held).values()].map((reading) => ({ account: of, symbol, ...reading }))
    })
}
