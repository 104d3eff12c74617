/** What a piece of SQL is; `unclosed` is a string, quoted name or comment that runs to the end of the text. */
export type TokenKind =
  | 'space'
  | 'comment'
  | 'string'
  | 'name'
  | 'quoted'
  | 'parameter'
  | 'number'
  | 'symbol'
  | 'unclosed'

export interface Token {
  readonly kind: TokenKind
  /** As written: the texts of all tokens joined are the SQL again. */
  readonly text: string
  /** Of the SQL, from 1. */
  readonly line: number
}

/** In the order in which they are tried; the last takes any character. */
const SHAPES: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"|`(?:[^`]|``)*`/y],
  ['unclosed', /['"`][\s\S]*|\/\*[\s\S]*/y],
  ['parameter', /:[A-Za-z_]\w*/y],
  ['name', /[A-Za-z_]\w*/y],
  ['number', /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y],
  ['symbol', /[\s\S]/y],
]

/** Cuts SQL, Athena's DDL included, into tokens; nothing is lost and nothing is refused. */
export function tokenise(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at, line)
    tokens.push(token)
    at += token.text.length
    line += token.text.split('\n').length - 1
  }
  return tokens
}

function tokenAt(sql: string, at: number, line: number): Token {
  for (const [kind, shape] of SHAPES) {
    shape.lastIndex = at
    const text = shape.exec(sql)?.[0]
    if (text !== undefined) return { kind, text, line }
  }
  throw new Error(`no token at ${at}: the last shape takes any character`)
}

/** The tokens that mean something: spaces and comments left out. */
export const significant = (tokens: readonly Token[]): readonly Token[] =>
  tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment')

/** The name that a token spells: lower case where unquoted, as the engine folds it; undefined where it is no name. */
export function nameOf(token: Token | undefined): string | undefined {
  if (token?.kind === 'name') return token.text.toLowerCase()
  if (token?.kind !== 'quoted') return undefined
  const quote = token.text.slice(0, 1)
  return token.text.slice(1, -1).replaceAll(quote + quote, quote)
}

/** Whether a token is this keyword (lower case) or symbol; quoted names and strings are neither. */
export const isWord = (token: Token | undefined, word: string): boolean =>
  (token?.kind === 'name' && token.text.toLowerCase() === word) || (token?.kind === 'symbol' && token.text === word)

/** Where parentheses do not close, the line of the first that does not fit; undefined where all do. */
export function unbalancedLine(tokens: readonly Token[]): number | undefined {
  const open: Token[] = []
  for (const token of tokens) {
    if (isWord(token, '(')) open.push(token)
    else if (isWord(token, ')') && open.pop() === undefined) return token.line
  }
  return open[0]?.line
}
