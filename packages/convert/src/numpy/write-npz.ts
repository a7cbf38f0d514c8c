import { checkName } from '@alexnet/files';
import { encodeNpy } from '@alexnet/files/npy';
import { writeZip } from '@alexnet/files/zip';
import type { Weight } from '@alexnet/model';

/**
 * Writes named float32 arrays as an .npz archive, stored, numbers on 64-byte borders, never as
 * pickled objects: `numpy.load(file)` reads it with its safe defaults. Equal input, equal bytes.
 */
export function writeNpz(tensors: ReadonlyMap<string, Weight>): Uint8Array {
  const members = [...tensors].map(([name, { shape, data }]) => {
    checkName(name, 'numpy');
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { name: `${name}.npy`, data: encodeNpy('<f4', shape, bytes) };
  });
  return writeZip(members);
}
