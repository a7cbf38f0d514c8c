import { FormatError } from '../format-error.js';
import type { Model } from '../model-file/model-file.js';
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
  if (options.dtype === 'f16' && format !== 'safetensors' && format !== 'torch') {
    throw new FormatError('unsupported', `f16 is for safetensors and torch, not ${format}`);
  }
  return write(model, options.name ?? usualName(endings?.[0] ?? ''), options);
}

/** `model.onnx` for `.onnx`, `model.json` for itself. */
function usualName(ending: string): string {
  return ending.startsWith('.') ? `model${ending}` : ending;
}
