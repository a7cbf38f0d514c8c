import type { Weight } from '@alexnet/model';
import { checkName } from '../parse-strict-json.js';
import { writeZip } from '../zip/write-zip.js';
import { npyHeader } from './npy-header.js';

/**
 * Writes named float32 arrays as an .npz archive, stored, numbers on 64-byte borders, never as
 * pickled objects: `numpy.load(file)` reads it with its safe defaults. Equal input, equal bytes.
 */
export function writeNpz(tensors: ReadonlyMap<string, Weight>): Uint8Array {
  const members = [...tensors].map(([name, { shape, data }]) => {
    checkName(name, 'numpy');
    const header = npyHeader(shape);
    const bytes = new Uint8Array(header.length + data.byteLength);
    bytes.set(header);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
    return { name: `${name}.npy`, data: bytes };
  });
  return writeZip(members);
}
