import type { State, States } from '#domain/metrics/bucket.ts'

/** A state as JSON can hold it: its op, then its parts; bigints as text. */
type StateText =
  | readonly ['sum' | 'min' | 'max', string]
  | readonly ['count', number]
  | readonly ['first' | 'last', string, number, number, string]
  | readonly ['distinct', readonly string[]]

/** A bucket's states as one line of JSON, such as `{"open":["first","3943248000000",1610064000278,0,"41"]}`. */
export const statesToText = (states: States): string =>
  JSON.stringify(Object.fromEntries(Object.entries(states).map(([name, state]) => [name, toText(state)])))

/** The inverse of `statesToText`. */
export const statesOfText = (text: string): States =>
  Object.fromEntries(
    Object.entries(JSON.parse(text) as Record<string, StateText>).map(([name, state]) => [name, ofText(state)]),
  )

function toText(state: State): StateText {
  switch (state.op) {
    case 'sum':
    case 'min':
    case 'max':
      return [state.op, state.value.toString()]
    case 'count':
      return [state.op, state.value]
    case 'first':
    case 'last':
      return [state.op, state.value.toString(), state.at, state.place.partition, state.place.offset.toString()]
    case 'distinct':
      return [state.op, [...state.values]]
    default:
      return state satisfies never
  }
}

function ofText(text: StateText): State {
  switch (text[0]) {
    case 'sum':
    case 'min':
    case 'max':
      return { op: text[0], value: BigInt(text[1]) }
    case 'count':
      return { op: 'count', value: text[1] }
    case 'first':
    case 'last':
      return {
        op: text[0],
        value: BigInt(text[1]),
        at: text[2],
        place: { partition: text[3], offset: BigInt(text[4]) },
      }
    case 'distinct':
      return { op: 'distinct', values: new Set(text[1]) }
    default:
      return text satisfies never
  }
}
