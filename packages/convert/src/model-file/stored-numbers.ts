import { toFloat16 } from '../float16.js';
import type { SafetensorsDtype } from '../safetensors/dtype.js';
import { SCALE_SUFFIX, toInt8 } from '../safetensors/int8.js';
import type { Description } from './metadata.js';

/**
 * How a model file stores numbers: `f32`, exact; `f16`, half the size, 11 significant bits; `int8`, a
 * quarter, convolutions and dense layers as whole numbers with a scale for each output channel.
 */
export type StoredDtype = 'f32' | 'f16' | 'int8';

/** What is lost, in words; null for nothing. */
export const PRECISIONS: Readonly<Record<StoredDtype, string | null>> = {
  f32: null,
  f16: 'f16',
  int8: 'int8, one scale for each output channel',
};

/** One tensor of a parameter in a file. */
interface StoredPart {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** The type in which a parameter's own bytes are this tensor's; null where they never are. */
  readonly plain: 'f32' | 'f16' | null;
  /** The bytes of it, from the parameter's numbers in canonical order. */
  encode(values: Float32Array): Uint8Array;
}

/** The tensors a parameter is stored as: itself, and as int8 its scales. Vectors stay f32 beside int8. */
export function storedParts(
  name: string,
  shape: readonly number[],
  dtype: StoredDtype,
): readonly StoredPart[] {
  if (dtype === 'f16') {
    const encode = (values: Float32Array) => bytesOf(toFloat16(values, name));
    return [{ name, dtype: 'F16', shape, plain: 'f16', encode }];
  }
  const [outputs = 0] = shape;
  if (dtype === 'f32' || shape.length < 2) {
    return [{ name, dtype: 'F32', shape, plain: 'f32', encode: bytesOf }];
  }
  return [
    {
      name: name + SCALE_SUFFIX,
      dtype: 'F32',
      shape: [outputs],
      plain: null,
      encode: (values) => bytesOf(toInt8(values, outputs, name).scales),
    },
    {
      name,
      dtype: 'I8',
      shape,
      plain: null,
      encode: (values) => bytesOf(toInt8(values, outputs, name).codes),
    },
  ];
}

/** The description of a file with fewer digits says so in its provenance, for the model card. */
export function withPrecision<T extends Description>(description: T, dtype: StoredDtype): T {
  const precision = PRECISIONS[dtype];
  if (precision === null) return description;
  return { ...description, provenance: { ...description.provenance, precision } };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
