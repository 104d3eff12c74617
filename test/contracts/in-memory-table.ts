import type { AppendOnly } from '#domain/ports.ts'

/** A table in memory: `AppendOnly` in the fewest words. */
export class InMemoryTable<Row> implements AppendOnly<Row> {
  readonly rows: Row[] = []
  /** What the next append fails with, after half of its rows have landed. */
  failure: Error | undefined

  async append(rows: readonly Row[]): Promise<void> {
    const { failure } = this
    if (failure === undefined) this.rows.push(...rows)
    else {
      this.failure = undefined
      this.rows.push(...rows.slice(0, rows.length / 2))
      throw failure
    }
  }
}
