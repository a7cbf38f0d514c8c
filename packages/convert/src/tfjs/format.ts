import type { Format, SavedModel } from '../formats/format.js';

export const tfjs = {
  name: 'tfjs',
  title: 'TensorFlow.js',
  endings: ['model.json'],
  detect: ({ text }) => /^\s*\{\s*"/.test(text),
  async read(source, options) {
    return (await import('./tfjs-model.js')).readTfjsModel(source, options);
  },
  async write(model, name): Promise<SavedModel> {
    const { modelJson, shards, notes } = (await import('./tfjs-model.js')).writeTfjsModel(model);
    const main = [name, new TextEncoder().encode(modelJson)] as const;
    return { files: new Map([...shards, main]), notes };
  },
} as const satisfies Format;
