import { Refusal } from './refusal.ts'

/** A setting that the stack which deploys a function gives it. @throws Refusal where it is missing or empty */
export function setting(environment: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = environment[name]
  if (value) return value
  throw new Refusal(`${name} is not set: it comes from the stack that deploys this function.`)
}
