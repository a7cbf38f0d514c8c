import type { Format } from '../formats/format.js';

export const matconvnet = {
  name: 'matconvnet',
  title: 'MatConvNet',
  detect: ({ text }) => text.slice(124, 128) === '\x00\x01IM',
  async read(source, options) {
    return (await import('./matconvnet-model.js')).readMatconvnetModel(source.bytes, options);
  },
} as const satisfies Format;
