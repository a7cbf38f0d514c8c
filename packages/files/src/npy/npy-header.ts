import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { latin1 } from '../text.js';

/** What stands before the numbers of an .npy file (numpy.org/doc, "numpy.lib.format"). */
export interface NpyHeader {
  /** Typestring such as `<f4`; `|O` for pickled objects. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the data start, in bytes. */
  readonly dataStart: number;
}

/** numpy itself refuses longer ones. */
const MAX_HEADER = 10_000;
const MAGIC = '\x93NUMPY';

/**
 * Reads the header of an .npy file, a Python dict of exactly three keys, by a grammar of three
 * patterns: nothing is evaluated. Versions 1 to 3.
 *
 * @throws FormatError not-this-format, truncated, bad-header, bad-shape, too-large
 */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  // numpy pads headers to 64 bytes, so that this is nearly always all of it.
  const first = await source.read(0, Math.min(256, source.size));
  const end = headerEnd(first);
  return parseNpyHeader(end <= first.length ? first : await source.read(0, end));
}

/** The same for bytes in memory, which start with the header. */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  const dataStart = headerEnd(bytes);
  if (bytes.length < dataStart) throw new FormatError('truncated', 'numpy: the header is cut off');
  const text = latin1(bytes.subarray(bytes[6] === 1 ? 10 : 12, dataStart)).trim();
  const descr = /'descr'\s*:\s*'([^']{1,16})'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sides = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  const keys = text.match(/'[^']*'\s*:/g)?.length;
  if (!/^\{.*\}$/s.test(text) || keys !== 3 || !descr || !order || sides === undefined) {
    throw new FormatError('bad-header', 'numpy: the header is no dict of descr, order and shape');
  }
  const shape = sides
    .split(',')
    .map((side) => side.replace('L', '').trim())
    .filter((side) => side !== '')
    .map(Number);
  if (!shape.every((side) => Number.isSafeInteger(side)) || shape.length > 16) {
    throw new FormatError('bad-shape', 'numpy: an impossible shape');
  }
  return { descr, fortranOrder: order === 'True', shape, dataStart };
}

/** First byte after the header. */
function headerEnd(bytes: Uint8Array): number {
  const major = bytes[6] ?? 0;
  if (bytes.length < 12 || latin1(bytes.subarray(0, 6)) !== MAGIC || major < 1 || major > 3) {
    throw new FormatError('not-this-format', 'numpy: no .npy file of version 1 to 3');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER) {
    throw new FormatError('too-large', `numpy: header of ${length} bytes, limit ${MAX_HEADER}`);
  }
  return (major === 1 ? 10 : 12) + length;
}

/**
 * A row-major array as an .npy file of version 1, as `numpy.save` writes it: the header is padded so
 * that the data start at a multiple of 64 bytes.
 *
 * @param descr Typestring: `<f4` for float32, `|u1` for uint8.
 * @param data Its numbers, little-endian.
 */
export function encodeNpy(
  descr: '<f4' | '|u1',
  shape: readonly number[],
  data: Uint8Array | Uint8ClampedArray,
): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sides}), }`;
  const start = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.length);
  const text = `${MAGIC}\x01\x00\0\0${dict.padEnd(start - 11)}\n`;
  for (let at = 0; at < start; at++) bytes[at] = text.charCodeAt(at);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  bytes.set(data, start);
  return bytes;
}
