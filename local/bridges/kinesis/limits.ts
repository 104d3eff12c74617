/** What Kinesis takes, as its API reference and its page "Quotas and limits" say. Sizes in bytes. */
export const limits = {
  /** Records of one PutRecords call, and all of it. */
  callRecords: 500,
  callBytes: 10 * 2 ** 20,
  /** A record's key and data, of a stream that nobody has set to more. */
  recordBytes: 2 ** 20,
  keyLength: 256,
  /** What a shard takes in a second. */
  writeRecords: 1_000,
  writeBytes: 2 ** 20,
  /** What a shard gives in a second, and in one answer. */
  readCalls: 5,
  readBytes: 2 * 2 ** 20,
  answerBytes: 10 * 2 ** 20,
  answerRecords: 10_000,
  /** How long an iterator is good for, ms. */
  iteratorMs: 300_000,
  retentionHours: { least: 24, most: 8_760 },
} as const
