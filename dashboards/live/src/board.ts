import type { Price } from './answers.ts'
import { byId, cell, setText, syncRows } from './elements.ts'
import { compact, fixed, placesFor, signed, toneOf } from './number-text.ts'

/** The price board: one row a symbol, whose button chooses it. */
export class Board {
  readonly #body = byId('board', HTMLTableSectionElement)
  readonly #empty = byId('board-empty', HTMLElement)
  readonly #picked: (symbol: string) => void
  readonly #seen = new Map<string, string>()

  constructor(picked: (symbol: string) => void) {
    this.#picked = picked
  }

  show(prices: readonly Price[], selected: string): void {
    this.#empty.hidden = prices.length > 0
    syncRows(
      this.#body,
      prices,
      ({ symbol }) => symbol,
      ({ symbol }) => this.#row(symbol),
      (row, price) => this.#update(row, price, selected),
    )
  }

  #row(symbol: string): HTMLTableRowElement {
    const row = document.createElement('tr')
    const head = document.createElement('th')
    const button = document.createElement('button')
    head.scope = 'row'
    button.type = 'button'
    button.className = 'pick'
    button.textContent = symbol
    head.append(button)
    row.append(head, cell('', 'number price'), cell('', 'number'), cell('', 'number wide quiet'))
    row.addEventListener('click', () => this.#picked(symbol))
    return row
  }

  #update(row: HTMLTableRowElement, { symbol, price, day }: Price, selected: string): void {
    const [, priceCell, change, volume] = row.cells
    if (!priceCell || !change || !volume) return
    row.classList.toggle('selected', symbol === selected)
    row.querySelector('button')?.setAttribute('aria-pressed', String(symbol === selected))
    const before = this.#seen.get(symbol)
    this.#seen.set(symbol, price)
    setText(priceCell, fixed(price, placesFor(price)))
    if (before !== undefined && before !== price) flash(priceCell, Number(price) > Number(before) ? 'up' : 'down')
    setText(change, day === null ? '–' : `${signed(day.change_percent, 2)} %`)
    change.dataset.tone = day === null ? 'flat' : toneOf(day.change_percent)
    setText(volume, day === null ? '–' : compact(day.notional))
    volume.title = day === null ? '' : `${day.notional} in quote currency, ${day.volume} in base currency`
  }
}

/** Lights a cell up for a moment; a second change starts the moment anew. */
function flash(target: HTMLElement, tone: 'up' | 'down'): void {
  target.classList.remove('flash-up', 'flash-down')
  void target.offsetWidth
  target.classList.add(`flash-${tone}`)
}
