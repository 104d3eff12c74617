import avsc from 'avsc'
import type { AvroSchema } from '#domain/events/to-avro.ts'

/** Avro's `decimal` over bytes: two's complement, most significant byte first; a bigint on this side. */
class DecimalType extends avsc.types.LogicalType {
  protected override _fromValue(bytes: Buffer): bigint {
    const { length } = bytes
    if (length <= 6) return length === 0 ? 0n : BigInt(bytes.readIntBE(0, length))
    if (length === 8) return bytes.readBigInt64BE(0)
    return BigInt.asIntN(length * 8, BigInt(`0x${bytes.toString('hex')}`))
  }

  /** A writer's decimal reads as one already. */
  protected override _resolve(writer: avsc.Type): ((value: bigint) => bigint) | undefined {
    return avsc.Type.isType(writer, 'logical:decimal') ? (value) => value : undefined
  }

  protected override _toValue(value: unknown): Buffer {
    if (typeof value !== 'bigint') throw new TypeError(`${String(value)} is no decimal`)
    const bytes = byteLength(value)
    const buffer = Buffer.allocUnsafe(bytes)
    if (bytes <= 6) buffer.writeIntBE(Number(value), 0, bytes)
    else if (bytes === 8) buffer.writeBigInt64BE(value)
    else
      buffer.write(
        BigInt.asUintN(bytes * 8, value)
          .toString(16)
          .padStart(bytes * 2, '0'),
        'hex',
      )
    return buffer
  }
}

/** Instants stay numbers: milliseconds. */
class InstantType extends avsc.types.LogicalType {
  protected override _fromValue(ms: number): number {
    return ms
  }
  protected override _resolve(writer: avsc.Type): ((value: number) => number) | undefined {
    return avsc.Type.isType(writer, 'logical:timestamp-millis', 'long') ? (value) => value : undefined
  }
  protected override _toValue(ms: unknown): unknown {
    return ms
  }
}

/** An avsc type that speaks bigint for decimals and milliseconds for instants. */
export const avroTypeOf = (schema: AvroSchema): avsc.Type =>
  avsc.Type.forSchema(schema as avsc.Schema, {
    logicalTypes: { decimal: DecimalType, 'timestamp-millis': InstantType },
  })

/** The fewest bytes that hold the value with its sign, but for seven, which no buffer method reads. */
function byteLength(value: bigint): number {
  for (const bytes of [1, 2, 3, 4, 5, 6, 8]) if (BigInt.asIntN(bytes * 8, value) === value) return bytes
  let bytes = 9
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes += 1
  return bytes
}
