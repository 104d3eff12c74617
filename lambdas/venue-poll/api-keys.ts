import { z } from 'zod'
import { jsonOf } from '#domain/json.ts'
import { Refusal } from '#domain/refusal.ts'

/** Keys of the venues that give some; '' where we have none. */
export interface ApiKeys {
  readonly coingecko: string
  readonly newsapi: string
}

/** What a header takes: anything else would be told in its error, with the key. */
const key = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{0,256}$/)
  .default('')
const keys = z.object({ coingecko: key, newsapi: key })

/** Reads the secret's JSON. @param name of the secret, for the refusal @throws Refusal that shows nothing of what it holds */
export function apiKeysOf(text: string, name: string): ApiKeys {
  const { success, data } = keys.safeParse(jsonOf(text))
  if (success) return data
  throw new Refusal(`The secret ${name} has to hold JSON such as {"coingecko":"…","newsapi":"…"}, keys of one line.`)
}
