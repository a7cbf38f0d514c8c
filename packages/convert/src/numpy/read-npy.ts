import { asSource, type ByteSource, sliceSource } from '@alexnet/files';
import { type NpyHeader, readNpyHeader } from '@alexnet/files/npy';
import { FLOAT_BYTES } from '../tensors/floats.js';
import { columnMajor, rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { numpyType } from './dtype.js';

/** Reads one array of an .npy file, in either byte order and either axis order. @throws FormatError */
export async function readNpy(
  input: Uint8Array | ByteSource,
  name = 'array',
): Promise<StoredTensor> {
  const source = asSource(input);
  return plainArray(name, source, await readNpyHeader(source));
}

function plainArray(name: string, source: ByteSource, header: NpyHeader): StoredTensor {
  const { descr, shape, fortranOrder, dataStart } = header;
  const type = numpyType(name, descr.slice(0, 1), descr.slice(1));
  const length = shape.reduce((product, side) => product * side, 1);
  const data = sliceSource(source, dataStart, length * FLOAT_BYTES[type.dtype]);
  return stridedTensor(
    name,
    { ...type, length, source: data },
    { offset: 0, shape, strides: fortranOrder ? columnMajor(shape) : rowMajor(shape) },
  );
}
