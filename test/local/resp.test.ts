import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeRequest, RequestStream } from '#local/bridges/resp.ts'

const requests = fc.array(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 8,
})

it('cuts any stream into its requests, wherever the network cut it', () => {
  fc.assert(
    fc.property(requests, fc.array(fc.nat(400), { maxLength: 12 }), (commands, cuts) => {
      const stream = Buffer.concat(commands.map((words) => encodeRequest(...words)))
      const ends = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b)
      const reader = new RequestStream()
      const frames = [...ends, stream.length].flatMap((end, index) => [
        ...reader.feed(stream.subarray(ends[index - 1] ?? 0, end)),
      ])
      expect(frames.map(({ count }) => count)).toEqual(commands.map((words) => words.length))
      expect(frames.map(({ words }) => words.map(String))).toEqual(
        commands.map((words) => words.slice(0, 3).map((word) => Buffer.from(word).toString())),
      )
      expect(Buffer.concat(frames.map(({ bytes }) => bytes)).equals(stream)).toBe(true)
      expect(reader.rest).toHaveLength(0)
    }),
  )
})

it('takes commands typed on one line', () => {
  const [ping, config] = [...new RequestStream().feed(Buffer.from('PING\r\nconfig  get *\n'))]
  expect(ping?.words.map(String)).toEqual(['PING'])
  expect(config?.words.map(String)).toEqual(['config', 'get', '*'])
})
