import { type ByteSource, sliceSource } from '@alexnet/files';
import { asCount, asItems, type PickleValue, readPickleAt } from '@alexnet/files/pickle';
import { readTar } from '@alexnet/files/tar';
import { FormatError } from '../format-error.js';
import { type Storage, stridedTensor, type View } from '../tensors/strided.js';
import type { FloatType, StoredTensors } from '../tensors/tensor-file.js';
import { besideNetwork, findTensors } from './find-tensors.js';
import { moduleTree, type TorchFile } from './module-tree.js';
import { storageType } from './storage.js';

const MAX_MEMBERS = 64;
const MAX_TENSORS = 4_096;
const MAX_RANK = 16;

/** A storage, or null for integers, which are walked over. */
type StorageOrNull = Storage | null;

/**
 * Reads a file of torch before 0.1.7, a tar of `storages`, `tensors` and `pickle`. torch itself
 * refuses these since 2.6 under `weights_only`; here nothing is executed anyway.
 */
export async function readTorchTar(source: ByteSource): Promise<TorchFile> {
  const members = await tarMembers(source);
  const member = (name: string): ByteSource => {
    const found = members.get(name);
    if (!found) throw new FormatError('not-this-format', `torch: a tar archive without "${name}"`);
    return found;
  };
  const storages = await readStorages(member('storages'));
  const views = await readViews(member('tensors'));
  const root = (await readPickleAt(member('pickle'), 0)).value;

  const tensors: StoredTensors = new Map();
  for (const [name, { id }] of findTensors(root)) {
    const found = views.get(keyOf(id));
    const storage = found && storages.get(found.storage);
    if (storage === null) continue;
    if (!found || !storage) {
      throw new FormatError('missing-tensor', `torch: "${name}" names a tensor the file lacks`);
    }
    tensors.set(name, stridedTensor(name, storage, found.view));
  }
  if (tensors.size === 0) {
    throw new FormatError('missing-tensor', 'torch: the file holds no named tensors of floats');
  }
  return { tensors, module: moduleTree(root), beside: besideNetwork(root) };
}

async function tarMembers(source: ByteSource): Promise<Map<string, ByteSource>> {
  const members = new Map<string, ByteSource>();
  for await (const { path, kind, offset, size } of readTar(source)) {
    if (kind !== 'file') continue;
    if (members.has(path)) throw new FormatError('duplicate-name', `torch: "${path}" twice`);
    if (members.size === MAX_MEMBERS) throw new FormatError('too-large', 'torch: too many members');
    members.set(path, sliceSource(source, offset, size));
  }
  return members;
}

/** A count, per storage a pickle `(key, location, type)`, an int64 length and the numbers; then views. */
async function readStorages(source: ByteSource): Promise<Map<string, StorageOrNull>> {
  const storages = new Map<string, StorageOrNull>();
  const first = await readPickleAt(source, 0, 256);
  const count = boundedCount(first.value);
  let position = first.end;
  for (let index = 0; index < count; index++) {
    const head = await readPickleAt(source, position, 512);
    const [key, , type] = asItems(head.value, 'a storage head');
    const { dtype, elementBytes } = storageType(type);
    const length = await int64(source, head.end);
    const bytes = sliceSource(source, head.end + 8, length * elementBytes);
    const isFloat = dtype !== null && dtype !== 'integer';
    storages.set(keyOf(key), isFloat ? { dtype: dtype as FloatType, length, source: bytes } : null);
    position = head.end + 8 + length * elementBytes;
  }
  await addStorageViews(source, position, storages);
  return storages;
}

/** A list of `(key, root key, offset, length)`: storages that are a part of another. */
async function addStorageViews(
  source: ByteSource,
  position: number,
  storages: Map<string, StorageOrNull>,
): Promise<void> {
  const list = await readPickleAt(source, position, 512);
  for (const item of asItems(list.value, 'the storage views')) {
    const [key, rootKey, offset, length] = asItems(item, 'a storage view');
    const root = storages.get(keyOf(rootKey));
    if (root === undefined) throw new FormatError('missing-tensor', 'torch: a view of no storage');
    if (root === null) {
      storages.set(keyOf(key), null);
      continue;
    }
    const width = root.source.size / Math.max(root.length, 1);
    const start = asCount(offset, 'a view offset') * width;
    const size = asCount(length, 'a view length');
    const part = sliceSource(root.source, start, size * width);
    storages.set(keyOf(key), { dtype: root.dtype, length: size, source: part });
  }
}

/** A count, then per tensor a pickle `(key, storage key, type)`, int32 rank, 4 bytes, int64 sizes, strides, offset. */
async function readViews(
  source: ByteSource,
): Promise<Map<string, { storage: string; view: View }>> {
  const views = new Map<string, { storage: string; view: View }>();
  const first = await readPickleAt(source, 0, 256);
  const count = boundedCount(first.value);
  let position = first.end;
  for (let index = 0; index < count; index++) {
    const head = await readPickleAt(source, position, 512);
    const [key, storage] = asItems(head.value, 'a tensor head');
    const rank = (await view(source, head.end, 4)).getInt32(0, true);
    if (rank < 0 || rank > MAX_RANK) throw new FormatError('bad-shape', `torch: rank ${rank}`);
    const start = head.end + 8;
    const numbers: number[] = [];
    for (let n = 0; n < 2 * rank + 1; n++) numbers.push(await int64(source, start + n * 8));
    const shape = numbers.slice(0, rank);
    const strides = numbers.slice(rank, 2 * rank);
    const offset = numbers[2 * rank] ?? 0;
    views.set(keyOf(key), { storage: keyOf(storage), view: { offset, shape, strides } });
    position = start + (2 * rank + 1) * 8;
  }
  return views;
}

/** Keys are the addresses the objects had, as int or text. */
function keyOf(value: PickleValue | undefined): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') {
    return String(value);
  }
  throw new FormatError('bad-header', 'torch: a key that is no number');
}

function boundedCount(value: PickleValue): number {
  const count = asCount(value, 'a count');
  if (count > MAX_TENSORS) throw new FormatError('too-large', `torch: ${count} tensors`);
  return count;
}

async function int64(source: ByteSource, position: number): Promise<number> {
  const value = (await view(source, position, 8)).getBigInt64(0, true);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new FormatError('bad-offset', `torch: a size of ${value}`);
  }
  return Number(value);
}

async function view(source: ByteSource, position: number, length: number): Promise<DataView> {
  const bytes = await source.read(position, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
