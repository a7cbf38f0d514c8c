import type { ByteSource } from '../bytes/byte-source.js';
import { FormatError } from '../format-error.js';
import { latin1 } from '../pickle/reader.js';

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
 * @throws FormatError not-this-format, bad-header, too-large
 */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const start = await source.read(0, Math.min(12, source.size));
  const major = start[6] ?? 0;
  if (start.length < 12 || latin1(start.subarray(0, 6)) !== MAGIC || major < 1 || major > 3) {
    throw new FormatError('not-this-format', 'numpy: no .npy file of version 1 to 3');
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const prefix = major === 1 ? 10 : 12;
  if (length > MAX_HEADER) {
    throw new FormatError('too-large', `numpy: header of ${length} bytes, limit ${MAX_HEADER}`);
  }
  const text = latin1(await source.read(prefix, length)).trim();
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
  return { descr, fortranOrder: order === 'True', shape, dataStart: prefix + length };
}

/** The header of a row-major float32 array, padded so that the data start at a multiple of 64. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const total = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const text = `${MAGIC}\x01\x00${'\0\0'}${dict.padEnd(total - 11)}\n`;
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  new DataView(bytes.buffer).setUint16(8, total - 10, true);
  return bytes;
}
