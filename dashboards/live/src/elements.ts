/** The element of that id and kind. @throws Error where the page has none: the page and its script do not fit. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`the page has no ${kind.name} #${id}`)
}

/** Writes text only where it differs, so that nothing is announced or laid out anew for nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** A cell of a table. @param kind its classes. @default none */
export function cell(text: string, kind = ''): HTMLTableCellElement {
  const td = document.createElement('td')
  td.className = kind
  td.textContent = text
  return td
}

/** The cell that names its row. */
export function rowHead(text: string): HTMLTableCellElement {
  const th = document.createElement('th')
  th.scope = 'row'
  th.textContent = text
  return th
}

/**
 * Makes the rows of a table body those of the items, in their order; rows that stay are kept, so that focus and
 * animations are.
 * @param create makes an item's row, empty of figures @param update writes its figures
 */
export function syncRows<T>(
  body: HTMLTableSectionElement,
  items: readonly T[],
  keyOf: (item: T) => string,
  create: (item: T) => HTMLTableRowElement,
  update: (row: HTMLTableRowElement, item: T) => void,
): void {
  const held = new Map([...body.rows].map((row) => [row.dataset.key ?? '', row]))
  const wanted = items.map((item) => {
    const key = keyOf(item)
    const row = held.get(key) ?? create(item)
    row.dataset.key = key
    update(row, item)
    return row
  })
  const unchanged = wanted.length === body.rows.length && wanted.every((row, i) => row === body.rows[i])
  if (!unchanged) body.replaceChildren(...wanted)
}
