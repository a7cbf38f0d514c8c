import type { Format } from '../formats/format.js';
import type { Probe } from '../formats/probe.js';

export const caffe = {
  name: 'caffe',
  title: 'Caffe',
  endings: ['.caffemodel'],
  companion: 'mean',
  /** The first field of a net is its name, which reads like one. */
  detect({ head: [tag, length = 0], text }) {
    const name = text.slice(2, 2 + length);
    if (tag === 0x0a && length > 0 && length < 128 && /^[^\p{Cc}\ufffd]*$/u.test(name)) return true;
    // Without a name: the field number of a layer in two bytes, 100, or in one, 2.
    return tag === 0xa2 && length === 0x06;
  },
  async read(source, options) {
    return (await import('./caffe-model.js')).readCaffeModel(source.bytes, options);
  },
  async write(model, name, options) {
    return (await import('./caffe-model.js')).saveCaffeModel(model, name, options);
  },
} as const satisfies Format;

/** A `.binaryproto`, which goes with a caffemodel: it starts with four dimensions. */
export function isMeanImage({ head: [tag, value = 0xff, next] }: Probe): boolean {
  return tag === 0x08 && value <= 0x7f && next === 0x10;
}
