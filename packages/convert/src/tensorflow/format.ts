import type { Format } from '../formats/format.js';

/** The last eight bytes of LevelDB's tables (tensorflow/core/lib/io/format.h). */
const TABLE_MAGIC = '\x57\xfb\x80\x8b\x24\x75\x47\xdb';

export const tensorflow = {
  name: 'tensorflow',
  title: 'TensorFlow',
  detect: async ({ size, tail }) => size >= 48 && (await tail(8)) === TABLE_MAGIC,
  async read(source, options) {
    return (await import('./tensorflow-model.js')).readTensorflowModel(source, options);
  },
} as const satisfies Format;
