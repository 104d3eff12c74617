import { jsonOf } from '#domain/json.ts'
import { streamTrade, type Trade } from './to-tick.ts'

/** What a message of the venue's WebSocket is. */
export type Message =
  | { readonly kind: 'trade'; readonly trade: Trade }
  /** To a request of ours; `streams` where it lists what the connection is subscribed to. */
  | { readonly kind: 'answer'; readonly streams?: readonly string[] }
  /** The venue refuses a request of ours. */
  | { readonly kind: 'refusal'; readonly reason: string }
  /** The server says that it will go away. */
  | { readonly kind: 'shutdown' }
  /** An event that is no trade, such as one that the venue has added since. */
  | { readonly kind: 'other'; readonly type: string }
  /** Neither: a trade that lacks what makes it one, or no message of the venue's at all. */
  | { readonly kind: 'unreadable'; readonly reason: string }

/**
 * Tells what a message is. Pure; both the combined form, `{"stream", "data"}`, and the raw one are understood.
 * @param receivedAt when it arrived, ms
 */
export function readMessage(text: string, receivedAt: number): Message {
  const json = jsonOf(text)
  if (json === undefined) return { kind: 'unreadable', reason: 'it is no JSON' }
  if (!isObject(json)) return { kind: 'unreadable', reason: 'it is no object' }
  const data = 'stream' in json ? json.data : json
  if (!isObject(data)) return { kind: 'unreadable', reason: `its data are no object` }
  if (typeof data.e === 'string') return readEvent(data.e, data, receivedAt)
  return readAnswer(json)
}

function readEvent(type: string, data: Readonly<Record<string, unknown>>, receivedAt: number): Message {
  if (type === 'serverShutdown') return { kind: 'shutdown' }
  if (type !== 'trade') return { kind: 'other', type }
  const mapped = streamTrade(data, receivedAt)
  return 'trade' in mapped ? { kind: 'trade', trade: mapped.trade } : { kind: 'unreadable', reason: mapped.refused }
}

/** `{"result", "id"}`, or `{"code", "msg"}`, which newer servers wrap as `{"error": {…}, "id"}`. */
function readAnswer(json: Readonly<Record<string, unknown>>): Message {
  const error = isObject(json.error) ? json.error : json
  if (typeof error.code === 'number' && typeof error.msg === 'string')
    return { kind: 'refusal', reason: `${error.code}: ${error.msg}` }
  if (!('result' in json)) return { kind: 'unreadable', reason: 'it is neither an event nor an answer' }
  if (!Array.isArray(json.result)) return { kind: 'answer' }
  return { kind: 'answer', streams: json.result.filter((stream) => typeof stream === 'string') }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
