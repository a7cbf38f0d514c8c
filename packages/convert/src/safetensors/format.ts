import type { Format } from '../formats/format.js';
import { looksLikeSafetensors } from './decode.js';

export const safetensors = {
  name: 'safetensors',
  title: 'safetensors',
  endings: ['.safetensors'],
  detect: ({ head }) => looksLikeSafetensors(head),
  async read(source, options) {
    return (await import('./safetensors-model.js')).readSafetensorsModel(source.bytes, options);
  },
  async write(model, name, options) {
    const { saveSafetensorsModel } = await import('./safetensors-model.js');
    const { bytes, notes } = saveSafetensorsModel(model, options);
    return { files: new Map([[name, bytes]]), notes };
  },
} as const satisfies Format;
