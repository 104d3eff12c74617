import { hotStoreContract } from './hot-store.ts'
import { InMemoryHotStore } from './in-memory-hot-store.ts'

const topics = new Map([
  ['market_data_raw', 1],
  ['trades_raw', 1],
])

hotStoreContract(
  'in memory',
  async () => {
    // Few buckets a write, so that batches are cut and each part has its checkpoint.
    const store = new InMemoryHotStore(topics, 6)
    return { store, view: store, flush: async () => store.flush(), copy: () => store.copy() }
  },
  2_000,
  true,
)
