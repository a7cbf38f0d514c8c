import { checkName } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { SAFETENSORS_DTYPES, type SafetensorsTensor } from './dtype.js';
import type { SafetensorsEntry } from './parse-header.js';

const DTYPE_ORDER = Object.keys(SAFETENSORS_DTYPES);

/**
 * Writes a safetensors file. Equal input gives equal bytes, the ones the Rust library writes:
 * tensors by dtype (widest first) then name, metadata keys sorted, header padded with spaces to 8.
 *
 * @throws FormatError bad-shape when data and shape disagree; forbidden-name
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  const { prefix, entries, dataBytes } = layOut(tensors, metadata);
  const file = new Uint8Array(prefix.length + dataBytes);
  file.set(prefix);
  for (const { name, dtype, shape, begin, end } of entries) {
    const { length } = tensors.get(name)?.data ?? [];
    if (length !== end - begin) {
      throw new FormatError(
        'bad-shape',
        `safetensors: "${name}" has ${length} bytes, shape [${shape}] of ${dtype} needs ${end - begin}`,
      );
    }
    file.set(tensors.get(name)?.data ?? [], prefix.length + begin);
  }
  return file;
}

/**
 * The bytes of a file before its data, and where each tensor's data follow.
 *
 * @throws FormatError forbidden-name
 */
export function layOut(
  tensors: ReadonlyMap<string, Pick<SafetensorsTensor, 'dtype' | 'shape'>>,
  metadata: ReadonlyMap<string, string>,
): {
  readonly prefix: Uint8Array;
  readonly entries: readonly SafetensorsEntry[];
  readonly dataBytes: number;
} {
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      DTYPE_ORDER.indexOf(b.dtype) - DTYPE_ORDER.indexOf(a.dtype) || (nameA < nameB ? -1 : 1),
  );
  // Joined by hand: an object would put integer-like names first.
  const header: string[] = [];
  if (metadata.size > 0) {
    const keys = [...metadata.keys()].sort();
    for (const key of keys) checkName(key, 'safetensors metadata');
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata.get(key))}`);
    header.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  const entries: SafetensorsEntry[] = [];
  let begin = 0;
  for (const [name, { dtype, shape }] of sorted) {
    checkName(name, 'safetensors');
    if (name === '__metadata__') {
      throw new FormatError('forbidden-name', 'safetensors: a tensor cannot be named __metadata__');
    }
    const bytes = shape.reduce((product, side) => product * side, SAFETENSORS_DTYPES[dtype]);
    const end = begin + bytes;
    const entry = { dtype, shape, data_offsets: [begin, end] };
    header.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    entries.push({ name, dtype, shape, begin, end });
    begin = end;
  }
  const json = new TextEncoder().encode(`{${header.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const prefix = new Uint8Array(8 + length).fill(0x20);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(length), true);
  prefix.set(json, 8);
  return { prefix, entries, dataBytes: begin };
}
