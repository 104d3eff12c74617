import type { Accounts, Figures, Portfolio, Position } from './answers.ts'
import { byId, cell, rowHead, setText, syncRows } from './elements.ts'
import { fixed, placesFor, signed, toneOf } from './number-text.ts'

const COLUMNS = ['quantity', 'price', 'exposure', 'realised', 'unrealised', 'fees', 'net'] as const

/** An account's positions with their PnL, and the picker of accounts. */
export class Positions {
  readonly #body = byId('positions', HTMLTableSectionElement)
  readonly #totals = byId('totals', HTMLTableSectionElement)
  readonly #empty = byId('positions-empty', HTMLElement)
  readonly #picker = byId('account', HTMLSelectElement)

  constructor(picked: (account: string) => void) {
    this.#picker.addEventListener('change', () => picked(this.#picker.value))
  }

  /** Offers the accounts, with the selected one chosen. */
  offer({ accounts }: Accounts, selected: string): void {
    const names = accounts.map(({ account }) => account)
    if (names.join('\n') !== [...this.#picker.options].map(({ value }) => value).join('\n'))
      this.#picker.replaceChildren(...names.map((name) => new Option(name, name)))
    this.#picker.disabled = names.length === 0
    if (this.#picker.value !== selected) this.#picker.value = selected
    this.#empty.hidden = names.length > 0
  }

  show({ positions, totals }: Portfolio): void {
    syncRows(
      this.#body,
      positions,
      ({ symbol }) => symbol,
      ({ symbol }) => row(symbol),
      (target, position) => fill(target, position, position),
    )
    syncRows(
      this.#totals,
      positions.length > 0 ? [totals] : [],
      () => 'total',
      () => row('Total'),
      (target, figures) => fill(target, figures, undefined),
    )
  }
}

function row(name: string): HTMLTableRowElement {
  const made = document.createElement('tr')
  made.append(rowHead(name), ...COLUMNS.map(() => cell('', 'number')))
  return made
}

function fill(target: HTMLTableRowElement, figures: Figures, position: Position | undefined): void {
  const money = (value: string | null) => (value === null ? '–' : fixed(value, 2))
  const gain = (value: string | null) => (value === null ? '–' : signed(value, 2))
  const texts: Record<(typeof COLUMNS)[number], string> = {
    quantity: position === undefined ? '' : fixed(position.quantity, 4),
    price:
      position === undefined
        ? ''
        : position.price === null
          ? 'no price'
          : fixed(position.price, placesFor(position.price)),
    exposure: money(figures.exposure),
    realised: gain(figures.realised),
    unrealised: gain(figures.unrealised),
    fees: money(figures.fees),
    net: gain(figures.net),
  }
  COLUMNS.forEach((column, i) => {
    const place = target.cells[i + 1]
    if (place === undefined) return
    setText(place, texts[column])
    if (column === 'realised' || column === 'unrealised' || column === 'net')
      place.dataset.tone = toneOf(figures[column] ?? '0')
    if (column === 'price') place.title = position?.priced_at ? `traded at ${position.priced_at}` : ''
    if (column === 'quantity') place.title = position?.quantity ?? ''
  })
}
