/** What is due at some time, the earliest first; of what is due at the same time, what was put in first. */
export class DueQueue<Item> {
  readonly #heap: { readonly at: number; readonly order: number; readonly item: Item }[] = []
  #puts = 0

  /** When the earliest is due; infinite where nothing is. */
  get at(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  put(at: number, item: Item): void {
    const entry = { at, order: this.#puts++, item }
    const heap = this.#heap
    let place = heap.length
    heap.push(entry)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || !isBefore(entry, parent)) break
      heap[place] = parent
      place = above
    }
    heap[place] = entry
  }

  /** Takes the earliest out; undefined where nothing is due. */
  take(): Item | undefined {
    const heap = this.#heap
    const first = heap[0]
    const entry = heap.pop()
    if (first === undefined || entry === undefined || entry === first) return first?.item
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const right = heap[left + 1]
      const below = right !== undefined && isBefore(right, heap[left] ?? entry) ? left + 1 : left
      const child = heap[below]
      if (child === undefined || !isBefore(child, entry)) break
      heap[place] = child
      place = below
    }
    heap[place] = entry
    return first.item
  }
}

interface Due {
  readonly at: number
  readonly order: number
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
