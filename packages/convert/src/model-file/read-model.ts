import type { Weight } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { fromCanonical } from '../layout/canonical.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { decodeSafetensors } from '../safetensors/decode.js';
import { readFloats } from '../safetensors/floats.js';
import { fromInt8, SCALE_SUFFIX, scalesOf } from '../safetensors/int8.js';
import { MEAN_TENSOR } from './mean-tensor.js';
import { parseDescription } from './metadata.js';
import type { Model } from './model-file.js';

/** How {@link readModel} checks what it reads. */
export interface ReadModelOptions {
  /** Instead of those of {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<Limits>;
}

/**
 * Reads a file written by `writeModel`, weights back in tfjs layout. F16, BF16, F64 and int8 tensors
 * are read as single precision.
 *
 * @throws FormatError; never anything else, whatever the bytes
 */
export function readModel(bytes: Uint8Array, options: ReadModelOptions = {}): Model {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { tensors, metadata } = decodeSafetensors(bytes, { limits });
  const text = metadata.get('alexnet');
  if (text === undefined) {
    throw new FormatError(
      'bad-metadata',
      'safetensors without __metadata__.alexnet: the file does not say which network it holds',
    );
  }
  const description = parseDescription(text, limits, tensors.get(MEAN_TENSOR));
  const canonical = new Map<string, Weight>();
  const scales = scalesOf(tensors);
  for (const [name, { dtype, shape, data }] of tensors) {
    if (scales.has(name)) continue;
    const scale = dtype === 'I8' ? tensors.get(name + SCALE_SUFFIX) : undefined;
    const values = scale
      ? fromInt8(new Int8Array(data), readFloats(name, scale.dtype, scale.data))
      : readFloats(name, dtype, data);
    canonical.set(name, { shape, data: values });
  }
  canonical.delete(MEAN_TENSOR);
  return { ...description, weights: fromCanonical(description.spec, canonical) };
}
