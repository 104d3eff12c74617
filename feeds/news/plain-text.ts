/** Named characters that headlines use. Others stay as they are written: a reader still understands `&permil;`. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  sbquo: '‚',
  ldquo: '“',
  rdquo: '”',
  bdquo: '„',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  sect: '§',
  deg: '°',
  plusmn: '±',
  times: '×',
  frac12: '½',
  frac14: '¼',
  frac34: '¾',
  agrave: 'à',
  aacute: 'á',
  acirc: 'â',
  atilde: 'ã',
  auml: 'ä',
  aring: 'å',
  aelig: 'æ',
  ccedil: 'ç',
  egrave: 'è',
  eacute: 'é',
  ecirc: 'ê',
  euml: 'ë',
  iacute: 'í',
  icirc: 'î',
  ntilde: 'ñ',
  oacute: 'ó',
  ocirc: 'ô',
  ouml: 'ö',
  oslash: 'ø',
  uacute: 'ú',
  ucirc: 'û',
  uuml: 'ü',
  szlig: 'ß',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  Eacute: 'É',
}

const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,7}));/g

/** Resolves character references once: what comes out of one is not read again. */
export const decodeEntities = (text: string): string =>
  text.replace(ENTITY, (reference, decimal?: string, hex?: string, name = '') => {
    if (decimal === undefined && hex === undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? '') : reference
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\uFFFD' : String.fromCodePoint(code)
  })

/** Markup is read no further than this, characters: no headline or summary is longer, and a page's text may be. */
const MOST_MARKUP = 65_536

/** Tags that stand within a word or sentence; all others part what is before from what is after. */
const INLINE = new Set([
  'a',
  'abbr',
  'b',
  'code',
  'em',
  'font',
  'i',
  'mark',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
])
const UNREADABLE = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'svg'])

/** Controls, and what changes the direction or has no width: a headline could hide its end or its meaning with them. */
const INVISIBLE = /[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]+/gu

/**
 * HTML, or text that may hold some, as one line of plain text.
 * @param most characters: what is longer is cut, between characters @returns '' where nothing is left
 */
export function plainText(html: string, most: number): string {
  const line = decodeEntities(withoutTags(html.slice(0, MOST_MARKUP)))
    .toWellFormed()
    .replace(/[\t\n\r\u2028\u2029]/g, ' ')
    .replace(INVISIBLE, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return cut(line, most)
}

/** The first `most` characters, not half of a pair. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const code = text.charCodeAt(most - 1)
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? most - 1 : most).trimEnd()
}

/** Reads every character once, whatever is left open: what a venue sends must not cost more than its length. */
function withoutTags(html: string): string {
  const lower = html.toLowerCase()
  let text = ''
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    text += html.slice(at, open)
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4)
      if (end < 0) return text
      at = end + 3
      continue
    }
    const name = tagNameAt(html, open)
    const close = name === undefined ? -1 : html.indexOf('>', open)
    if (name === undefined || close < 0) {
      text += '<'
      at = open + 1
      if (close < 0 && name !== undefined) break
      continue
    }
    text += INLINE.has(name) ? '' : ' '
    at = close + 1
    if (UNREADABLE.has(name) && html[open + 1] !== '/') {
      const end = lower.indexOf(`</${name}`, at)
      if (end < 0) return text
      at = end
    }
  }
  return text + html.slice(at)
}

/** What a tag at `<` is called, in lower case; undefined where it is none: `<3`. */
function tagNameAt(html: string, open: number): string | undefined {
  const match = /^<[/!?]?([a-zA-Z][a-zA-Z0-9]{0,30})/.exec(html.slice(open, open + 34))
  return match?.[1]?.toLowerCase()
}
