/**
 * An error that the user can act on: one sentence that says what is wrong, why, and what to do. Shown without a stack
 * trace, with exit code 1. Every other error is a defect of ours and keeps its trace.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
