import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import type { Personal, Tokenise } from '#domain/events/tokens.ts'
import { Refusal } from '#domain/refusal.ts'

/** Below it a key could be guessed, and every address with it. */
const LEAST_KEY_CHARACTERS = 32

/**
 * Tokens by HMAC-SHA256 over `kind:address`, the address in its one spelling: an email trimmed, composed (NFC) and in
 * small letters, an IP address as RFC 5952 writes it, one of IPv4 within IPv6 as IPv4.
 * @param key the platform's secret, at least 32 characters; another key gives other tokens
 * @throws Refusal where the key is too short
 */
export function tokeniserOf(key: string): Tokenise {
  if (key.length < LEAST_KEY_CHARACTERS)
    throw new Refusal(
      `The key of the tokens has ${key.length} characters; with fewer than ${LEAST_KEY_CHARACTERS} addresses could be guessed from their tokens: store a longer one.`,
    )
  return (kind, value) =>
    createHmac('sha256', key)
      .update(`${kind}:${spelling(kind, value)}`)
      .digest('hex')
}

function spelling(kind: Personal, value: string): string {
  const trimmed = value.trim()
  switch (kind) {
    case 'email':
      return emailOf(trimmed)
    case 'ip':
      return ipOf(trimmed)
    default:
      return kind satisfies never
  }
}

/** One name, one at-sign, one host, no blanks: whether anybody reads mail there is not for us to say. */
function emailOf(text: string): string {
  if (!/^[^\s@]+@[^\s@]+$/.test(text))
    throw new Refusal('An email address has a name, an at-sign and a host; this value is none.')
  return text.normalize('NFC').toLowerCase()
}

function ipOf(text: string): string {
  const [address = ''] = text.split('%')
  switch (isIP(address)) {
    case 4:
      return address
    case 6:
      return withinIPv6(new URL(`http://[${address}]`).hostname.slice(1, -1))
    default:
      throw new Refusal('An IP address is written as 203.0.113.7 or 2001:db8::1; this value is neither.')
  }
}

/** `::ffff:cb00:7107` is 203.0.113.7, as a socket that takes both families reports it. */
function withinIPv6(address: string): string {
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address)
  if (mapped === null) return address
  const [high, low] = [mapped[1], mapped[2]].map((group) => Number.parseInt(group ?? '', 16))
  const bytes = [high ?? 0, low ?? 0].flatMap((group) => [group >> 8, group & 255])
  return bytes.join('.')
}
