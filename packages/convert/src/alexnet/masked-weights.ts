import { FormatError } from '../format-error.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import type { Note } from './note.js';

/** What weight norm, spectral norm and parametrizations of torch keep in place of a weight. */
const COMPUTED = /\.(weight|bias)_(g|v|u|orig)$|\.parametrizations\.\w+\.original\d*$/;

/** Said of a file whose weights were pruned. */
export const UNMASKED: Note = {
  code: 'names',
  exact: true,
  detail: 'pruned weights were multiplied by their masks, "weight_orig" by "weight_mask"',
};

/**
 * Weights as a pruned network runs with them: `torch.nn.utils.prune` keeps `weight_orig` and
 * `weight_mask`, and multiplies the two.
 *
 * @returns null where nothing is kept in parts
 * @throws FormatError unsupported for other parts that torch computes a weight from in every run
 */
export function unmasked(tensors: StoredTensors): StoredTensors | null {
  const whole: StoredTensors = new Map();
  for (const [name, tensor] of tensors) {
    const [, stem, part] = /^(.+)_(orig|mask)$/.exec(name) ?? [];
    const mask = tensors.get(`${stem}_mask`);
    const isMasked = tensors.has(`${stem}_orig`) && mask?.shape.join() === tensor.shape.join();
    if (!isMasked && COMPUTED.test(name)) {
      throw new FormatError(
        'unsupported',
        `"${name}" is a part of a weight that torch computes anew in every run; before saving, take that off with remove_weight_norm, remove_spectral_norm or parametrize.remove_parametrizations`,
      );
    }
    if (!isMasked || !mask) whole.set(name, tensor);
    else if (part === 'orig') whole.set(String(stem), product(tensor, mask));
  }
  return whole.size < tensors.size ? whole : null;
}

function product({ bytes: _, ...tensor }: StoredTensor, mask: StoredTensor): StoredTensor {
  return {
    ...tensor,
    async read() {
      const kept = await mask.read();
      return (await tensor.read()).map((value, index) => value * (kept[index] ?? 0));
    },
  };
}
