import { type ByteSource, sliceSource } from '@alexnet/files';
import { asItems, asText, PickleDict, readPickleAt } from '@alexnet/files/pickle';
import { FormatError } from '../format-error.js';
import { besideNetwork, findTensors } from './find-tensors.js';
import { moduleTree, type TorchFile } from './module-tree.js';
import { resolveTensors } from './resolve-tensors.js';
import { asStorageId } from './storage.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/**
 * Reads a file of torch 0.1.7 to 1.5: five pickles (magic, protocol version, system, object, list
 * of storage keys), then for each key a 64-bit element count and the numbers.
 */
export async function readTorchLegacy(source: ByteSource): Promise<TorchFile> {
  const magic = await readPickleAt(source, 0, 512);
  const protocol = await readPickleAt(source, magic.end, 512);
  if (magic.value !== MAGIC || protocol.value !== PROTOCOL_VERSION) {
    throw new FormatError('unsupported', 'torch: a legacy file of an unknown version');
  }
  const system = await readPickleAt(source, protocol.end, 4096);
  if (system.value instanceof PickleDict && system.value.entries.get('little_endian') === false) {
    throw new FormatError('unsupported', 'torch: numbers in big-endian order');
  }
  const object = await readPickleAt(source, system.end);
  const keys = await readPickleAt(source, object.end);

  const widths = new Map<string, number>();
  for (const { id } of object.references) {
    const reference = asStorageId(id);
    if (reference) widths.set(reference.key, reference.elementBytes);
  }
  const names = asItems(keys.value, 'the key list').map((key) => asText(key, 'a storage key'));
  const storages = await locateStorages(source, keys.end, names, widths);
  const tensors = resolveTensors(findTensors(object.value), (key) => storages.get(key));
  return { tensors, module: moduleTree(object.value), beside: besideNetwork(object.value) };
}

async function locateStorages(
  source: ByteSource,
  start: number,
  names: readonly string[],
  widths: ReadonlyMap<string, number>,
): Promise<Map<string, ByteSource>> {
  const storages = new Map<string, ByteSource>();
  let position = start;
  for (const name of names) {
    const width = widths.get(name);
    if (width === undefined) {
      throw new FormatError('unsupported', 'torch: a storage of unknown type');
    }
    const prefix = await source.read(position, 8);
    const count = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigInt64(0, true));
    const bytes = count * width;
    storages.set(name, sliceSource(source, position + 8, bytes));
    position += 8 + bytes;
  }
  return storages;
}
