import type { ByteSource } from '@alexnet/files';
import { runPickle } from '@alexnet/files/pickle';
import { readZip, type ZipEntry } from '@alexnet/files/zip';
import { FormatError } from '../format-error.js';
import { openChecked } from '../formats/open-checked.js';
import { besideNetwork, findTensors } from './find-tensors.js';
import { moduleTree, type TorchFile } from './module-tree.js';
import { resolveTensors } from './resolve-tensors.js';

const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** Reads a zip archive of torch 1.6 and later: `<any>/data.pkl` beside `<any>/data/<key>`. */
export async function readTorchZip(source: ByteSource): Promise<TorchFile> {
  const entries = await readZip(source);
  const pickleName = [...entries.keys()].find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickleName === undefined) {
    throw new FormatError('not-this-format', 'torch: a zip archive without data.pkl');
  }
  const root = pickleName.slice(0, -'data.pkl'.length);
  if (entries.has(`${root}constants.pkl`)) {
    throw new FormatError(
      'unsupported',
      'torch: a TorchScript archive; save its state_dict instead',
    );
  }
  const order = await text(entries.get(`${root}byteorder`));
  if (order !== undefined && order !== 'little') {
    throw new FormatError('unsupported', `torch: numbers in ${order}-endian order`);
  }
  const pickle = entries.get(pickleName);
  if (!pickle || pickle.size > MAX_PICKLE_BYTES) {
    throw new FormatError('too-large', `torch: data.pkl over ${MAX_PICKLE_BYTES} bytes`);
  }
  const bytes = await (await openChecked(pickle)).read(0, pickle.size);
  const { value } = runPickle(bytes);
  const references = findTensors(value);

  // Opened before they are asked for: a tensor has to know whether it fits.
  const storages = new Map<string, ByteSource>();
  const folder = `${root}data/`;
  for (const [name, entry] of entries) {
    if (name.startsWith(folder)) storages.set(name.slice(folder.length), await openChecked(entry));
  }
  const tensors = resolveTensors(references, (key) => storages.get(key));
  return { tensors, module: moduleTree(value), beside: besideNetwork(value) };
}

async function text(entry: ZipEntry | undefined) {
  if (!entry) return undefined;
  const bytes = await (await openChecked(entry)).read(0, Math.min(entry.size, 16));
  return new TextDecoder().decode(bytes).trim();
}
