import { toFloat16 } from '../float16.js';
import { toCanonical } from '../layout/canonical.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { encodeSafetensors } from '../safetensors/encode.js';
import { MEAN_TENSOR, meanTensor } from './mean-tensor.js';
import { modelMetadata } from './metadata.js';
import type { Model } from './model-file.js';

/** How {@link writeModel} stores numbers. */
export interface WriteModelOptions {
  /** `f16` halves the file and keeps 11 significant bits; default `f32`, exact. */
  readonly dtype?: 'f32' | 'f16';
}

/**
 * Writes the interchange file: safetensors in canonical order, everything else as JSON under
 * `__metadata__.alexnet`, plus `__metadata__.format = "pt"`, which PyTorch tools look for.
 * Equal models give equal bytes.
 *
 * @throws FormatError when weights and spec disagree, or a weight does not fit f16
 */
export function writeModel(file: Model, options: WriteModelOptions = {}): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, { shape, data }] of toCanonical(file.spec, file.weights)) {
    const values = options.dtype === 'f16' ? toFloat16(data, name) : data;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    tensors.set(name, { dtype: options.dtype === 'f16' ? 'F16' : 'F32', shape, data: bytes });
  }
  const mean = meanTensor(file.preprocessing);
  if (mean) tensors.set(MEAN_TENSOR, mean);
  return encodeSafetensors(tensors, modelMetadata(file));
}
