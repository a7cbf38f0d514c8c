import type { Format, SavedModel } from '../formats/format.js';

export const numpy = {
  name: 'numpy',
  title: 'NumPy',
  endings: ['.npz'],
  async detect({ text, members }) {
    if (text.startsWith('\x93NUMPY')) return true;
    const names = await members();
    return names.length > 0 && names.every((name) => name.endsWith('.npy'));
  },
  async read(source, options) {
    return (await import('./numpy-model.js')).readNumpyModel(source.bytes, options);
  },
  async write(model, name, options): Promise<SavedModel> {
    const { bytes, notes } = (await import('./numpy-model.js')).writeNumpyModel(model, options);
    return { files: new Map([[name, bytes]]), notes };
  },
} as const satisfies Format;
