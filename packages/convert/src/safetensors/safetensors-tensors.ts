import { type ByteSource, sliceSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import type { Limits } from '../limits.js';
import { rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { SafetensorsTensor } from './dtype.js';
import { floatTypeOf } from './floats.js';
import { parseHeader, parseHeaderLength, type SafetensorsHeader } from './parse-header.js';

/** A safetensors file whose numbers are still in it. */
export interface SafetensorsFile {
  /** Floats by name; counters such as `num_batches_tracked` are left out. */
  readonly tensors: StoredTensors;
  readonly metadata: SafetensorsHeader['metadata'];
  /** One tensor as it is stored; undefined where there is none of that name. */
  stored(name: string): Promise<SafetensorsTensor | undefined>;
}

/** Reads the header and finds the tensors. @throws FormatError */
export async function readTensors(source: ByteSource, limits: Limits): Promise<SafetensorsFile> {
  const prefix = await source.read(0, Math.min(8, source.size));
  const start = 8 + parseHeaderLength(prefix, source.size, limits);
  const header = parseHeader(await source.read(8, start - 8), source.size - start, limits);
  const data = sliceSource(source, start, source.size - start);
  const tensors: StoredTensors = new Map();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    if (/^[IU]\d+$|^BOOL$/.test(dtype)) {
      if (shape.length < 2) continue;
      throw new FormatError(
        'unsupported',
        `safetensors: "${name}" holds ${dtype}: a quantized network, whose scales are not known; save the floats`,
      );
    }
    const type = floatTypeOf(name, dtype);
    const length = shape.reduce((product, side) => product * side, 1);
    const storage = { dtype: type, length, source: sliceSource(data, begin, end - begin) };
    tensors.set(name, stridedTensor(name, storage, { offset: 0, shape, strides: rowMajor(shape) }));
  }
  return {
    tensors,
    metadata: header.metadata,
    async stored(name) {
      const entry = header.entries.find((each) => each.name === name);
      if (!entry) return undefined;
      const { dtype, shape, begin, end } = entry;
      return { dtype, shape, data: await data.read(begin, end - begin) };
    },
  };
}
