import { isHdf5Snapshot } from '../caffe/format.js';
import type { Format, SavedModel } from '../formats/format.js';

export const keras = {
  name: 'keras',
  title: 'Keras',
  // Keras reads its own layout from files of this ending only.
  endings: ['.weights.h5'],
  async detect(probe) {
    if (probe.text.startsWith('\x89HDF\r\n')) return !(await isHdf5Snapshot(probe));
    return (await probe.members()).includes('config.json');
  },
  async read(source, options) {
    return (await import('./keras-model.js')).readKerasModel(source.bytes, options);
  },
  async write(model, name, options): Promise<SavedModel> {
    const { writeKerasWeights } = await import('./keras-model.js');
    const { bytes, notes } = await writeKerasWeights(model, options);
    return { files: new Map([[name, bytes]]), notes };
  },
} as const satisfies Format;
