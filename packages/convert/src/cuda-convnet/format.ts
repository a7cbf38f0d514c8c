import type { Format } from '../formats/format.js';

export const cudaConvnet = {
  name: 'cuda-convnet',
  title: 'cuda-convnet',
  companions: ['meta'],
  async detect({ head: [first, second = 0], members }) {
    if (first === 0x80 && second >= 2 && second <= 5) return true; // a pickle
    if (first === 0x1f && second === 0x8b) return true; // gzip
    return (await members()).includes('data');
  },
  async read(source, options) {
    return (await import('./convnet-model.js')).readConvnetModel(source.bytes, options);
  },
} as const satisfies Format;
