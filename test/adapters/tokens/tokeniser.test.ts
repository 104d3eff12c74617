import { expect, test } from 'vitest'
import { tokeniserOf } from '#adapters/tokens/tokeniser.ts'
import { Refusal } from '#domain/refusal.ts'

const KEY = '0123456789abcdef0123456789abcdef'
const tokenise = tokeniserOf(KEY)

/** Computed by Python's `hmac.new(key, b'email:ada@example.org', 'sha256').hexdigest()`, and so on. */
const ADA = 'e4478febe074c29458582d3ffd939ab1ac5a36ff7ab26054a7506cf18d2ce5d1'
const IPV4 = 'e01c4eeb03c058165d49564dcaf561cf585a8fe41ed962ba254fcfb3c2e2baf1'
const IPV6 = '9e38a0b5dc99bdf0d3f291c6185964bc9809c5c65e5a6693a70cc0ee58c440bc'

test.each([
  ['email', 'ada@example.org', ADA],
  ['email', '  Ada@Example.ORG\n', ADA],
  ['ip', '203.0.113.7', IPV4],
  ['ip', '::ffff:203.0.113.7', IPV4],
  ['ip', '::FFFF:cb00:7107', IPV4],
  ['ip', '2001:db8::1', IPV6],
  ['ip', '2001:0DB8:0:0:0:0:0:1', IPV6],
  ['ip', '2001:db8::1%eth0', IPV6],
] as const)('the %s %j has the token of its one spelling', (kind, value, token) => {
  expect(tokenise(kind, value)).toBe(token)
})

test('letters that are composed in two ways are one address', () => {
  expect(tokenise('email', 'jose\u0301@example.org')).toBe(tokenise('email', 'jos\u00e9@example.org'))
})

test('another key gives other tokens, and so does another kind', () => {
  expect(tokeniserOf(KEY.toUpperCase())('email', 'ada@example.org')).not.toBe(ADA)
  expect(tokenise('ip', '203.0.113.7')).not.toBe(tokenise('email', 'x@203.0.113.7'))
})

test.each([
  ['email', 'ada.example.org'],
  ['email', 'ada lovelace@example.org'],
  ['email', ''],
  ['ip', '198.51.100'],
  ['ip', '198.51.100.007'],
  ['ip', 'localhost'],
] as const)('the %s %j is refused, in a sentence without it', (kind, value) => {
  const refused = thrownBy(() => tokenise(kind, value))
  expect(refused).toBeInstanceOf(Refusal)
  if (value !== '') expect(String(refused)).not.toContain(value)
})

test('a key that could be guessed is refused, and not repeated', () => {
  const refused = thrownBy(() => tokeniserOf('too short a key'))
  expect(refused).toBeInstanceOf(Refusal)
  expect(String(refused)).not.toContain('too short a key')
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}
