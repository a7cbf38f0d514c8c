import { maskedCrc32c } from '@alexnet/files/checksums';

/**
 * One TFRecord (tensorflow/core/lib/io/record_writer.h), little-endian:
 *
 *     uint64 length | uint32 masked crc of length | length bytes | uint32 masked crc of the bytes
 */
export function frameRecord(payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + payload.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(payload.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(payload, 12);
  view.setUint32(12 + payload.length, maskedCrc32c(payload), true);
  return record;
}
