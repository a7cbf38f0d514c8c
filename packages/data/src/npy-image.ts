import type { RgbImage } from './image.js';

/** `\x93NUMPY` and version 1.0 of NumPy's format (numpy.org/doc, "numpy.lib.format"). */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** Magic and the two bytes of the header's length. */
const PREFIX = 10;
/** The header is padded so that data begin on such a boundary. */
const ALIGNMENT = 64;
const SHAPE =
  /^\{'descr': '\|u1', 'fortran_order': False, 'shape': \((\d{1,9}), (\d{1,9}), 3\), \} *\n$/;

/** An image as an array file, `[height, width, 3]` uint8, as `numpy.save` writes it. */
export function encodeNpy({ width, height, data }: RgbImage): Uint8Array {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${height}, ${width}, 3), }`;
  const length = Math.ceil((PREFIX + header.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX;
  const bytes = new Uint8Array(PREFIX + length + data.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint16(MAGIC.length, length, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), PREFIX);
  bytes.set(data, PREFIX + length);
  return bytes;
}

/** True when the first bytes are NumPy's. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * The image in an array file, without a copy: a view of `bytes`.
 *
 * @throws {Error} when it is no `[height, width, 3]` uint8 array, or its size does not fit.
 */
export function viewNpy(bytes: Uint8Array): RgbImage {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(MAGIC.length, true);
  const start = PREFIX + length;
  const header = new TextDecoder('latin1').decode(bytes.subarray(PREFIX, start));
  const [, rows, columns] = SHAPE.exec(header) ?? [];
  if (rows === undefined) throw new Error('an array that is not [height, width, 3] of uint8');
  const [height, width] = [Number(rows), Number(columns)];
  const size = height * width * 3;
  if (size === 0 || bytes.length - start !== size) {
    throw new Error(`an array of ${bytes.length - start} bytes where ${size} belong`);
  }
  return { width, height, data: bytes.subarray(start) };
}
