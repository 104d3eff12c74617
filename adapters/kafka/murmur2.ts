const SEED = 0x9747b28c
const MIX = 0x5bd1e995

/** Kafka's hash of a record key: MurmurHash2 (Austin Appleby) with Kafka's seed, as `Utils.murmur2` in Java. Signed, 32 bits. */
export function murmur2(key: Uint8Array): number {
  const { length } = key
  let hash = SEED ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = byte(key, at) | (byte(key, at + 1) << 8) | (byte(key, at + 2) << 16) | (byte(key, at + 3) << 24)
    word = Math.imul(word, MIX)
    word = Math.imul(word ^ (word >>> 24), MIX)
    hash = Math.imul(hash, MIX) ^ word
  }
  const left = length - at
  if (left > 2) hash ^= byte(key, at + 2) << 16
  if (left > 1) hash ^= byte(key, at + 1) << 8
  if (left > 0) hash = Math.imul(hash ^ byte(key, at), MIX)
  hash = Math.imul(hash ^ (hash >>> 13), MIX)
  return hash ^ (hash >>> 15)
}

/** The partition that Kafka's own producers choose for a key: the hash without its sign, modulo the partitions. */
export const partitionOf = (key: Uint8Array, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0
