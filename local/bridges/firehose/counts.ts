/** What became of a stream's events since this process began; what it recovered counts as accepted. */
export interface Counts {
  /** Events after deaggregation. Always the sum of the next three. */
  accepted: number
  /** Acknowledged and not yet in S3. */
  buffered: number
  /** In objects below the prefix. */
  delivered: number
  /** In objects below the error prefix; a record that could not be taken apart counts as one. */
  errored: number
  /** Records of PutRecord and PutRecordBatch. */
  records: number
  /** Objects written. */
  objects: number
}

export const noCounts = (): Counts => ({
  accepted: 0,
  buffered: 0,
  delivered: 0,
  errored: 0,
  records: 0,
  objects: 0,
})
