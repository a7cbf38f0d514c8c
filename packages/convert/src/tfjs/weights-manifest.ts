import type { ByteSource } from '@alexnet/files';
import { checkName } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { decodeFloats } from '../tensors/floats.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';

/** Opens a shard by its plain name, beside `model.json`. */
export type Resolve = (name: string) => Promise<ByteSource>;

type Quantization =
  | { readonly dtype: 'float16' }
  | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number };

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly quantization: Quantization | null;
}

const MAX_SHARDS = 10_000;
const MAX_TENSOR_BYTES = 2 ** 30;

/**
 * Reads `weightsManifest`. The bytes of a group are its shards one after the other; a tensor may
 * straddle them. Quantised tensors come out as `value × scale + min`, computed in double precision.
 *
 * @throws FormatError forbidden-name for a shard with a path, bad-dtype, truncated
 */
export async function readManifest(manifest: unknown, resolve: Resolve): Promise<StoredTensors> {
  if (!Array.isArray(manifest)) throw new FormatError('bad-header', 'tfjs: no weightsManifest');
  const tensors: StoredTensors = new Map();
  for (const group of manifest) {
    const { paths, weights } = Object(group) as Record<string, unknown>;
    if (!Array.isArray(paths) || !Array.isArray(weights) || paths.length > MAX_SHARDS) {
      throw new FormatError('bad-header', 'tfjs: a weight group without paths and weights');
    }
    const shards = await Promise.all(paths.map((path) => resolve(shardName(path))));
    const source = joined(shards);
    let position = 0;
    for (const weight of weights) {
      const entry = parseEntry(weight);
      if (tensors.has(entry.name)) {
        throw new FormatError('duplicate-name', `tfjs: "${entry.name}" twice`);
      }
      const { tensor, bytes } = tensorAt(entry, source, position);
      tensors.set(entry.name, tensor);
      position += bytes;
    }
    if (position !== source.size) {
      throw new FormatError('bad-offset', `tfjs: weights take ${position} of ${source.size} bytes`);
    }
  }
  return tensors;
}

function parseEntry(value: unknown): WeightEntry {
  const { name, shape, dtype, quantization } = Object(value) as Record<string, unknown>;
  const count = (side: unknown) => Number.isSafeInteger(side) && (side as number) >= 0;
  if (
    typeof name !== 'string' ||
    !Array.isArray(shape) ||
    !shape.every(count) ||
    shape.length > 16
  ) {
    throw new FormatError('bad-header', 'tfjs: a weight without name and shape');
  }
  checkName(name, 'tfjs');
  if (dtype !== 'float32') {
    throw new FormatError('bad-dtype', `tfjs: "${name}" holds ${String(dtype)}`);
  }
  return {
    name,
    shape,
    quantization: quantization === undefined ? null : parseQuantization(quantization),
  };
}

function parseQuantization(value: unknown): Quantization {
  const { dtype, scale, min } = Object(value) as Record<string, unknown>;
  if (dtype === 'float16') return { dtype };
  const numbers = typeof scale === 'number' && typeof min === 'number';
  if ((dtype === 'uint8' || dtype === 'uint16') && numbers) return { dtype, scale, min };
  throw new FormatError('bad-dtype', `tfjs: quantization ${String(dtype)}`);
}

function tensorAt(
  { name, shape, quantization }: WeightEntry,
  source: ByteSource,
  position: number,
): { tensor: StoredTensor; bytes: number } {
  const width = { float16: 2, uint16: 2, uint8: 1, none: 4 }[quantization?.dtype ?? 'none'];
  const elements = shape.reduce((product, side) => product * side, 1);
  const bytes = elements * width;
  if (elements * 4 > MAX_TENSOR_BYTES) throw new FormatError('too-large', `tfjs: "${name}"`);
  if (position + bytes > source.size) {
    throw new FormatError('truncated', `tfjs: "${name}" ends after the last shard`);
  }
  const tensor: StoredTensor = {
    dtype: quantization?.dtype === 'float16' ? 'f16' : 'f32',
    shape,
    read: async () => decode(await source.read(position, bytes), quantization),
  };
  return { tensor, bytes };
}

function decode(bytes: Uint8Array, quantization: Quantization | null): Float32Array {
  if (!quantization) return decodeFloats('f32', bytes);
  if (quantization.dtype === 'float16') return decodeFloats('f16', bytes);
  const { dtype, scale, min } = quantization;
  const copy = new Uint8Array(bytes).buffer;
  const codes = dtype === 'uint8' ? new Uint8Array(copy) : new Uint16Array(copy);
  return Float32Array.from(codes, (code) => code * scale + min);
}

/** Browsers download a model with `./` before its shards. */
function shardName(given: unknown): string {
  const path = typeof given === 'string' ? given.replace(/^\.\//, '') : given;
  if (typeof path !== 'string' || !/^[^/\\:\0]+$/.test(path) || path === '..' || path === '.') {
    throw new FormatError(
      'forbidden-name',
      `tfjs: a shard that is no plain name: "${String(path)}"`,
    );
  }
  return path;
}

/** Several sources as one. */
function joined(parts: readonly ByteSource[]): ByteSource {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      let start = 0;
      for (const part of parts) {
        const from = Math.max(offset - start, 0);
        const to = Math.min(offset + length - start, part.size);
        if (from < to) bytes.set(await part.read(from, to - from), start + from - offset);
        start += part.size;
      }
      return bytes;
    },
  };
}
