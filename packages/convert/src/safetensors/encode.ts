import { FormatError } from '../format-error.js';
import { checkName } from '../parse-strict-json.js';
import { SAFETENSORS_DTYPES, type SafetensorsTensor } from './dtype.js';

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
  const { prefix, order, dataBytes } = layOut(tensors, metadata);
  const file = new Uint8Array(prefix.length + dataBytes);
  file.set(prefix);
  let position = prefix.length;
  for (const { data } of order) {
    file.set(data, position);
    position += data.length;
  }
  return file;
}

/** The bytes before the data, and the tensors in the order their data follow. */
function layOut(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: ReadonlyMap<string, string>,
) {
  const names = [...tensors].sort(
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
  let position = 0;
  for (const [name, { dtype, shape, data }] of names) {
    checkTensor(name, { dtype, shape, data });
    const end = position + data.length;
    const entry = { dtype, shape, data_offsets: [position, end] };
    header.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    position = end;
  }
  const json = new TextEncoder().encode(`{${header.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const prefix = new Uint8Array(8 + length).fill(0x20);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(length), true);
  prefix.set(json, 8);
  return { prefix, order: names.map(([, tensor]) => tensor), dataBytes: position };
}

function checkTensor(name: string, { dtype, shape, data }: SafetensorsTensor): void {
  checkName(name, 'safetensors');
  if (name === '__metadata__') {
    throw new FormatError('forbidden-name', 'safetensors: a tensor cannot be named __metadata__');
  }
  const bytes = shape.reduce((product, side) => product * side, SAFETENSORS_DTYPES[dtype]);
  if (bytes !== data.length) {
    throw new FormatError(
      'bad-shape',
      `safetensors: "${name}" has ${data.length} bytes, shape [${shape}] of ${dtype} needs ${bytes}`,
    );
  }
}
