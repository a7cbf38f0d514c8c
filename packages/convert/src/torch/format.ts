import type { Format, SavedModel } from '../formats/format.js';
import { torchContainer } from './container.js';

export const torch = {
  name: 'torch',
  title: 'PyTorch',
  endings: ['.pth', '.pt'],
  async detect({ head, text, members }) {
    const container = torchContainer(head);
    // Any other tar holds files, weights of some format among them perhaps.
    if (container === 'tar') return /^(\.\/)?(sys_info|pickle|tensors|storages)\0/.test(text);
    if (container !== 'zip') return container !== null;
    return (await members()).some((name) => name.endsWith('/data.pkl'));
  },
  async read(source, options) {
    return (await import('./torch-model.js')).readTorchModel(source.bytes, options);
  },
  async write(model, name, options): Promise<SavedModel> {
    const dtype = options.dtype === 'f16' ? 'f16' : 'f32';
    const { writeTorchModel } = await import('./torch-model.js');
    const { bytes, notes } = writeTorchModel(model, { ...options, dtype });
    return { files: new Map([[name, bytes]]), notes };
  },
} as const satisfies Format;
