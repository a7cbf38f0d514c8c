import type { Format, SavedModel } from '../formats/format.js';
import type { Probe } from '../formats/probe.js';

export const caffe = {
  name: 'caffe',
  title: 'Caffe',
  endings: ['.caffemodel'],
  companions: ['mean', 'prototxt'],
  async detect(probe) {
    return startsNet(probe) || isHdf5Snapshot(probe);
  },
  async read(source, options) {
    return (await import('./caffe-model.js')).readCaffeModel(source.bytes, options);
  },
  async write(model, name, options): Promise<SavedModel> {
    return (await import('./caffe-model.js')).saveCaffeModel(model, name, options);
  },
} as const satisfies Format;

/** A net starts with its name or, where it has none, with a layer or the name of its input. */
function startsNet({ head }: Probe): boolean {
  const [tag = 0, length = 0, next = 0, after = 0] = head;
  const [name, input, v1Layer] = [0x0a, 0x1a, 0x12];
  if (tag === name || tag === input) {
    const text = head.subarray(2, 2 + length); // in any alphabet, and not always UTF-8
    return length > 0 && length < 128 && text.every((byte) => byte >= 0x20 && byte !== 0x7f);
  }
  // A V1 layer starts with what it takes, gives or is called; V2 layers are field 100.
  if (tag === v1Layer) return [0x12, 0x1a, 0x22].includes(length < 0x80 ? next : after);
  return tag === 0xa2 && length === 0x06;
}

/** A `.caffemodel.h5` has a group `data`, one `diff` where gradients were kept, and no other. */
export async function isHdf5Snapshot({ groups }: Probe): Promise<boolean> {
  const names = await groups();
  return names.includes('data') && names.every((name) => name === 'data' || name === 'diff');
}

/** A `.binaryproto`, which goes with a caffemodel: it starts with four dimensions. */
export function isMeanImage({ head: [tag, value = 0xff, next] }: Probe): boolean {
  return tag === 0x08 && value <= 0x7f && next === 0x10;
}
