import { FormatError } from '../format-error.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredDtype } from '../model-file/stored-numbers.js';
import type { SavedModel, SaveOptions } from './format.js';
import { formatOf, type TargetName } from './formats.js';

/**
 * A model as the files of another tool; nothing is written to disk. The code of the format alone is
 * loaded.
 *
 * @throws FormatError not-allowed for what the format cannot hold and `allow` does not name,
 *   unsupported for what it cannot compute, bad-shape where weights and spec disagree
 */
export async function saveModel(
  model: Model,
  format: TargetName,
  options: SaveOptions = {},
): Promise<SavedModel> {
  const { write, endings } = formatOf(format);
  if (!write) throw new FormatError('unsupported', `${format} is read only`);
  const { dtype = 'f32' } = options;
  if (!dtypesOf(format).includes(dtype)) {
    throw new FormatError('unsupported', `${format} is not written as ${dtype}`);
  }
  return write(model, options.name ?? usualName(endings?.[0] ?? ''), options);
}

/** The number types in which a format is written. */
export function dtypesOf(format: TargetName): readonly StoredDtype[] {
  if (format === 'safetensors') return ['f32', 'f16', 'int8'];
  return format === 'torch' ? ['f32', 'f16'] : ['f32'];
}

/** `model.onnx` for `.onnx`, `model.json` for itself. */
function usualName(ending: string): string {
  return ending.startsWith('.') ? `model${ending}` : ending;
}
