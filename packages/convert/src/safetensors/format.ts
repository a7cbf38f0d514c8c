import type { Format, SavedModel } from '../formats/format.js';
import { looksLikeSafetensors } from './decode.js';

/** `model.safetensors.index.json`, by its first half kilobyte. */
function isShardIndex(text: string): boolean {
  return (
    /^\s*\{\s*"(metadata|weight_map)"\s*:/.test(text) && /"(total_size|weight_map)"/.test(text)
  );
}

export const safetensors = {
  name: 'safetensors',
  title: 'safetensors',
  endings: ['.safetensors'],
  detect: ({ head, text }) => looksLikeSafetensors(head) || isShardIndex(text),
  async read(source, options) {
    return (await import('./safetensors-model.js')).readSafetensorsModel(source, options);
  },
  async write(model, name, options): Promise<SavedModel> {
    const { saveSafetensorsModel } = await import('./safetensors-model.js');
    const { bytes, notes } = saveSafetensorsModel(model, options);
    return { files: new Map([[name, bytes]]), notes };
  },
} as const satisfies Format;
