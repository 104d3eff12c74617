/** A state of Amazon's language: what it does, for whoever reads an execution in the console, and how. */
export type State = Readonly<Record<string, unknown>> & { readonly Type: string; readonly Comment: string }

/** States by their names, which are verbs. */
export interface Definition {
  readonly Comment: string
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}

/** Text that Step Functions evaluates as JSONata. */
export const jsonata = (expression: string): string => `{% ${expression} %}`

/** What went wrong, kept in variables for the states that tell it. */
export const rememberError = {
  error: jsonata('$states.errorOutput.Error'),
  cause: jsonata("$exists($states.errorOutput.Cause) ? $states.errorOutput.Cause : ''"),
} as const

/** On any error: remembers it, and goes on elsewhere. */
export const catching = (next: string) => [{ ErrorEquals: ['States.ALL'], Assign: rememberError, Next: next }]

/** What Lambda itself could not do for a moment: the call was not made, or may be made again. */
const OF_LAMBDA = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
]

/** Tries a call of a function again where Lambda was in the way; all that ours do is safe to repeat. */
export const retryingLambda = { ErrorEquals: OF_LAMBDA, IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2 }

/** An input's member, null where the input has none: an undefined one would be an error. */
export const given = (name: string): string => {
  const member = `$states.context.Execution.Input.${name}`
  return jsonata(`$exists(${member}) ? ${member} : null`)
}
