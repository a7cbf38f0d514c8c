import { toCanonical } from '../layout/canonical.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { encodeSafetensors } from '../safetensors/encode.js';
import { MEAN_TENSOR, meanTensor } from './mean-tensor.js';
import { modelMetadata } from './metadata.js';
import type { Model } from './model-file.js';
import { type StoredDtype, storedParts, withPrecision } from './stored-numbers.js';

/** How {@link writeModel} stores numbers. */
export interface WriteModelOptions {
  /** Default `f32`, exact. */
  readonly dtype?: StoredDtype;
}

/**
 * Writes the interchange file: safetensors in canonical order, everything else as JSON under
 * `__metadata__.alexnet`, plus `__metadata__.format = "pt"`, which PyTorch tools look for.
 * Equal models give equal bytes.
 *
 * @throws FormatError when weights and spec disagree, or a weight does not fit the number type
 */
export function writeModel(file: Model, options: WriteModelOptions = {}): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>();
  const dtype = options.dtype ?? 'f32';
  for (const [name, { shape, data }] of toCanonical(file.spec, file.weights)) {
    for (const part of storedParts(name, shape, dtype)) {
      tensors.set(part.name, { dtype: part.dtype, shape: part.shape, data: part.encode(data) });
    }
  }
  const mean = meanTensor(file.preprocessing);
  if (mean) tensors.set(MEAN_TENSOR, mean);
  return encodeSafetensors(tensors, modelMetadata(withPrecision(file, dtype)));
}
