/** A statement that the lake's engine refused, gave up or was told to stop; the message is the engine's own reason. */
export class LakeError extends Error {
  override readonly name = 'LakeError'
  readonly queryId: string | undefined

  constructor(message: string, queryId?: string) {
    super(message)
    this.queryId = queryId
  }
}
