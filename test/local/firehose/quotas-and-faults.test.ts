import { expect, it } from 'vitest'
import { Faults } from '#local/bridges/firehose/faults.ts'
import { Throughput } from '#local/bridges/firehose/throughput.ts'

const MIB = 2 ** 20

it('takes five MiB a second, and what is left over of one second no longer in the next but one', () => {
  const throughput = new Throughput(1, 0)
  expect(throughput.take(1, 4 * MIB, 0)).toBe(true)
  expect(throughput.take(1, 2 * MIB, 100)).toBe(false)
  expect(throughput.take(1, 1.5 * MIB, 100)).toBe(true)
  expect(throughput.take(1, 5 * MIB, 60_000)).toBe(true)
  expect(throughput.take(1, 1, 60_000)).toBe(false)
})

it('takes 2,000 calls and 500,000 records a second', () => {
  const calls = new Throughput(1, 0)
  const taken = Array.from({ length: 2_001 }, () => calls.take(1, 1, 0))
  expect(taken.filter(Boolean)).toHaveLength(2_000)
  const records = new Throughput(1, 0)
  expect(Array.from({ length: 1_001 }, () => records.take(500, 1, 0)).filter(Boolean)).toHaveLength(1_000)
})

it('takes as much more as its clock is faster', () => {
  const throughput = new Throughput(20, 0)
  expect(throughput.take(1, 100 * MIB, 0)).toBe(true)
  expect(throughput.take(1, 4 * MIB, 50)).toBe(true)
  expect(throughput.take(1, 4 * MIB, 50)).toBe(false)
})

it('fails as much as it is told to, the same again for the same seed, and by default nothing', () => {
  const draw = (seed: number) => {
    const faults = new Faults()
    faults.set({ failedRecords: 0.3, throttles: 0.1, seed })
    const failures = Array.from({ length: 10_000 }, () => faults.failure()?.code ?? 'taken')
    return { failures, throttled: Array.from({ length: 10_000 }, () => faults.throttles()).filter(Boolean).length }
  }
  const { failures, throttled } = draw(7)
  expect(draw(7)).toEqual({ failures, throttled })
  expect(draw(8)).not.toEqual({ failures, throttled })
  const failed = failures.filter((code) => code !== 'taken')
  expect(failed.length / 10_000).toBeCloseTo(0.3, 1)
  expect(throttled / 10_000).toBeCloseTo(0.1, 1)
  expect(new Set(failed)).toEqual(new Set(['ServiceUnavailableException', 'InternalFailure']))
  const none = new Faults()
  expect(none.failure() ?? none.throttles()).toBe(false)
  expect(() => none.set({ failedRecords: 1.1 })).toThrow()
})
