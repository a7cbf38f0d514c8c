import type { Format } from '../formats/format.js';

export const matconvnet = {
  name: 'matconvnet',
  title: 'MatConvNet',
  /** MATLAB 5, or 7.3 with its HDF5 behind the same header. */
  detect: ({ text }) => ['\x00\x01IM', '\x00\x02IM'].includes(text.slice(124, 128)),
  async read(source, options) {
    return (await import('./matconvnet-model.js')).readMatconvnetModel(source.bytes, options);
  },
} as const satisfies Format;
