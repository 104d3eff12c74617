import { expect, test } from 'vitest'
import { murmur2, partitionOf } from '#adapters/kafka/murmur2.ts'

// From org.apache.kafka.common.utils.UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('%s hashes as it does in Java', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash)
})

test('a negative hash loses its sign and not its value, whatever the number of partitions', () => {
  // -973932308 & 0x7fffffff is 1173551340.
  expect([2, 3, 4, 5, 7, 100].map((partitions) => partitionOf(Buffer.from('21'), partitions))).toEqual(
    [2, 3, 4, 5, 7, 100].map((partitions) => 1173551340 % partitions),
  )
})

test('bytes above 127 are unsigned', () => {
  expect(murmur2(Buffer.from([0xff, 0x80, 0xfe]))).not.toBe(murmur2(Buffer.from([0x7f, 0x00, 0x7e])))
  expect(partitionOf(Buffer.from('€'), 4)).toBeGreaterThanOrEqual(0)
})
