import type { Weight } from '@alexnet/convert';

/** NumPy's format 1.0: magic, version, header padded to 64 bytes, little-endian float32, C order. */
export function encodeNpy({ shape, data }: Weight): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.length * 4);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text.padEnd(length - 11, ' ').concat('\n')), 10);
  data.forEach((value, index) => {
    view.setFloat32(length + index * 4, value, true);
  });
  return bytes;
}
