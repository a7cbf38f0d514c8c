import { type ByteSource, sliceSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import type { Limits } from '../limits.js';
import { decodeFloats } from '../tensors/floats.js';
import { rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import type { SafetensorsTensor } from './dtype.js';
import { floatTypeOf } from './floats.js';
import { fromInt8, SCALE_SUFFIX, scalesOf } from './int8.js';
import {
  parseHeader,
  parseHeaderLength,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './parse-header.js';

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
  const part = ({ begin, end }: SafetensorsEntry) => sliceSource(data, begin, end - begin);
  const entries = new Map(header.entries.map((entry) => [entry.name, entry]));
  // Only the files of this package say what their scales mean.
  const scales = header.metadata.has('alexnet') ? scalesOf(entries) : new Set<string>();
  for (const entry of header.entries) {
    const { name, dtype, shape } = entry;
    if (scales.has(name)) continue;
    const scale = scales.size > 0 ? entries.get(name + SCALE_SUFFIX) : undefined;
    if (scale) {
      tensors.set(name, int8Tensor(shape, part(entry), part(scale)));
      continue;
    }
    if (/^[IU]\d+$|^BOOL$/.test(dtype)) {
      if (shape.length < 2) continue;
      throw new FormatError(
        'unsupported',
        `safetensors: "${name}" holds ${dtype}: a quantized network, whose scales are not known; save the floats`,
      );
    }
    const type = floatTypeOf(name, dtype);
    const length = shape.reduce((product, side) => product * side, 1);
    const storage = { dtype: type, length, source: part(entry) };
    tensors.set(name, stridedTensor(name, storage, { offset: 0, shape, strides: rowMajor(shape) }));
  }
  return {
    tensors,
    metadata: header.metadata,
    async stored(name) {
      const entry = entries.get(name);
      if (!entry) return undefined;
      const { dtype, shape } = entry;
      const bytes = part(entry);
      return { dtype, shape, data: await bytes.read(0, bytes.size) };
    },
  };
}

/** Whole numbers and their scales, as single precision when read. */
function int8Tensor(shape: readonly number[], codes: ByteSource, scales: ByteSource): StoredTensor {
  return {
    dtype: 'f32',
    shape,
    async read() {
      const bytes = new Int8Array(await codes.read(0, codes.size));
      return fromInt8(bytes, decodeFloats('f32', await scales.read(0, scales.size)));
    },
  };
}
