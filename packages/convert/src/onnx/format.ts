import type { Format, SavedModel } from '../formats/format.js';

export const onnx = {
  name: 'onnx',
  title: 'ONNX',
  endings: ['.onnx'],
  /** A one-byte version, then text or the graph. */
  detect({ head: [tag, value = 0xff, next = 0] }) {
    return tag === 0x08 && value <= 0x7f && [0x12, 0x3a, 0x42].includes(next);
  },
  async read(source, options) {
    return (await import('./read-onnx.js')).readOnnxModel(source, options);
  },
  async write(model, name): Promise<SavedModel> {
    const bytes = (await import('./write-onnx.js')).writeOnnx(model);
    return { files: new Map([[name, bytes]]), notes: [] };
  },
} as const satisfies Format;
