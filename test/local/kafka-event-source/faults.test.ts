import { describe, expect, it } from 'vitest'
import { requestedFaults } from '#local/bridges/kafka-event-source/faults.ts'

describe('faults', () => {
  it('are drawn alike for the same seed', () => {
    const draws = (value: string) => Array.from({ length: 50 }, requestedFaults(value)?.draw ?? expect.fail)
    const wanted = '{"duplicate":0.3,"concurrentDuplicate":0.2,"dropCommit":0.1,"bisect":0.2,"seed":7}'
    expect(draws(wanted)).toEqual(draws(wanted))
    expect(draws(wanted)).not.toEqual(draws(wanted.replace('7', '8')))
    expect(
      draws('{"duplicate":1,"seed":1}').every(
        (f) => f.duplicate && !f.concurrentDuplicate && !f.dropCommit && !f.bisect,
      ),
    ).toBe(true)
  })

  it('draw a seed that can be used again', () => {
    expect(requestedFaults('{}')?.seed).toEqual(expect.any(Number))
  })

  it('are none where nobody asks for them', () => {
    expect(requestedFaults(undefined)).toBeUndefined()
    expect(requestedFaults('')).toBeUndefined()
  })

  it.each(['nonsense', '{"duplicates":1}', '{"duplicate":2}', '{"dropCommit":1}', '[]'])(
    'are refused where they are not understood: %s',
    (value) => {
      expect(() => requestedFaults(value)).toThrow('LODESTREAM_ESM_FAULTS')
    },
  )
})
