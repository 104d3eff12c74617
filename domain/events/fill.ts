import { defineEvent, type EventOf, LOG_RETENTION_MS } from './define-event.ts'
import { decimal, instant, lookedUp, oneOf, optional, positive, text } from './fields.ts'
import { groupOfSymbol } from './symbol-groups.ts'

export const fill = defineEvent({
  name: 'fill',
  version: 1,
  topic: 'trades_raw',
  wire: 'avro',
  silver: { table: 'fills', calendar: 'market' },
  doc: 'An order of ours was filled, wholly or in part: one event per execution id.',
  origin: "The desk's order system, and the simulated accounts.",
  key: 'account',
  id: ['execution_id'],
  at: 'executed_at',
  // Fills count however late they are, so a duplicate must be known for as long as the log can deliver it.
  rememberedFor: LOG_RETENTION_MS,
  fields: {
    execution_id: text("The broker's id of this fill.", { example: 'x-7700318' }),
    account: text('Whose order it was.', { example: 'aurora' }),
    symbol: text('As in tick.', { example: 'AAPL' }),
    executed_at: instant('When the order matched.'),
    side: oneOf(['buy', 'sell'], "The account's side."),
    price: positive(decimal('quote currency', 'Price of one unit.', { example: '229.87' })),
    quantity: positive(decimal('base currency', 'Units filled: coins, or shares.', { example: '150' })),
    fee: decimal('quote currency', 'Paid to the venue; negative for a rebate.', { example: '1.95' }),
    order_id: optional(text('The order that it filled.', { example: 'ord-481516' })),
    symbol_group: lookedUp(groupOfSymbol, 'symbol', 'Group of the symbol when it was decoded.', {
      example: 'Technology',
    }),
  },
})
export type Fill = EventOf<typeof fill>
