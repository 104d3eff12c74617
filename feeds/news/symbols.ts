import { type KnownAsset, knownAssets } from './known-assets.ts'

/** What a spelling in a headline stands for. */
interface Spelling {
  readonly text: string
  /** Undefined: it holds a name and means something else. */
  readonly symbol: string | undefined
  /** Whether capitals have to stand as they do here. */
  readonly exact: boolean
}

const spellingsOf = ({ symbol, names = [], words = [], except = [], marked }: KnownAsset): readonly Spelling[] => [
  ...names.map((text) => ({ text, symbol, exact: false })),
  ...words.map((text) => ({ text, symbol, exact: true })),
  ...except.map((text) => ({ text, symbol: undefined, exact: false })),
  ...(marked ? [] : [{ text: symbol, symbol, exact: true }]),
]

const spellings = knownAssets.flatMap(spellingsOf)
const exactly = new Map(spellings.map((spelling) => [spelling.text, spelling]))
const anyhow = new Map(
  spellings.filter(({ exact }) => !exact).map((spelling) => [spelling.text.toLowerCase(), spelling]),
)
const symbols = new Set(knownAssets.map(({ symbol }) => symbol))

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+')

/** All spellings as whole words, longest first: `Bitcoin Cash` is read before `Bitcoin`. */
const SPELLED = new RegExp(
  `(?<![\\p{L}\\p{N}_$@#.])(?:${spellings
    .map(({ text }) => text)
    .sort((a, b) => b.length - a.length)
    .map(quoted)
    .join('|')})(?![\\p{L}\\p{N}_])`,
  'giu',
)

/** A ticker marked as one: `$BTC`, or with its exchange, `(NASDAQ: AAPL)`. */
const CASHTAG = /(?<![\p{L}\p{N}_$])\$([a-z]{1,6})(?![\p{L}\p{N}_])/giu
const WITH_EXCHANGE =
  /\b(?:NASDAQ|NYSE(?:\s?(?:American|Arca))?|NYSEARCA|AMEX|CRYPTO)\s*:\s*([A-Z]{1,6})(?![\p{L}\p{N}_])/gu

/**
 * The assets that a headline names: by name or ticker, as whole words. What is a word or an abbreviation as well counts
 * only where it is capitalised or marked like a ticker. @returns symbols, sorted, each once
 */
export function symbolsIn(headline: string): readonly string[] {
  const found = new Set<string>()
  for (const [match] of headline.matchAll(SPELLED)) {
    const text = match.replaceAll(/\s+/g, ' ')
    const symbol = (exactly.get(text) ?? anyhow.get(text.toLowerCase()))?.symbol
    if (symbol !== undefined) found.add(symbol)
  }
  for (const pattern of [CASHTAG, WITH_EXCHANGE]) {
    for (const [, ticker = ''] of headline.matchAll(pattern)) {
      const symbol = ticker.toUpperCase()
      if (symbols.has(symbol)) found.add(symbol)
    }
  }
  return [...found].sort()
}
