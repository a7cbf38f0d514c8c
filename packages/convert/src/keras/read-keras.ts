import { asSource, type ByteSource, bytesSource, checkName } from '@alexnet/files';
import { readZip } from '@alexnet/files/zip';
import type { Group } from 'h5wasm';
import { FormatError } from '../format-error.js';
import { openChecked } from '../formats/open-checked.js';
import { groupAt, tensorAt, textsAt, withHdf5 } from '../hdf5/hdf5.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { LayerGroups } from './layer-tensors.js';

/** A Keras file as its tensors and its description. */
export interface KerasFile {
  /** `layer/kernel`, `layer/gamma` …, or `layer/0` where the file counts them, in the order of the layers as far as the file tells it. */
  readonly tensors: StoredTensors;
  /** Names of the tensors of each layer, in the order of its group; empty where the file names them by layer alone. */
  readonly groups: LayerGroups;
  /** The model's JSON, null in a file of weights only. */
  readonly config: string | null;
  /** What Keras ran on when it saved the file, as `theano`; null where the file does not say it. */
  readonly backend: string | null;
}

const MAX_CONFIG_BYTES = 16 * 2 ** 20;
const HDF5_MAGIC = [0x89, 0x48, 0x44, 0x46];

/**
 * Reads a Keras file: `.h5` (the whole model or weights only), `.weights.h5`, or `.keras`. The
 * model's description is returned as text and nothing in it is run.
 *
 * @throws FormatError
 */
export async function readKeras(input: Uint8Array | ByteSource): Promise<KerasFile> {
  const source = asSource(input);
  const bytes = await source.read(0, source.size);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readArchive(bytes);
  if (!HDF5_MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw new FormatError('not-this-format', 'keras: neither an HDF5 file nor a .keras archive');
  }
  return withHdf5(bytes, (root) => {
    const weights = groupAt(root, 'model_weights') ?? root;
    const names = textsAt(weights, 'layer_names');
    const config = textsAt(root, 'model_config')?.join('') ?? null;
    const [backend = null] = textsAt(weights, 'backend') ?? textsAt(root, 'backend') ?? [];
    const found = names
      ? legacy(weights, names, bytes.length)
      : { tensors: current(root, bytes.length, false), groups: new Map() };
    return { ...found, config, backend };
  });
}

async function readArchive(bytes: Uint8Array): Promise<KerasFile> {
  const entries = await readZip(bytesSource(bytes));
  const contents = async (name: string, limit: number) => {
    const entry = entries.get(name);
    if (!entry) throw new FormatError('not-this-format', `keras: an archive without ${name}`);
    if (entry.size > limit)
      throw new FormatError('too-large', `keras: ${name} of ${entry.size} bytes`);
    return (await openChecked(entry)).read(0, entry.size);
  };
  const config = new TextDecoder().decode(await contents('config.json', MAX_CONFIG_BYTES));
  const weights = await contents('model.weights.h5', 2 ** 30);
  const tensors = await withHdf5(weights, (root) => current(root, weights.length, true));
  return { tensors, groups: new Map(), config, backend: null };
}

/** Keras 1 and 2: a group per layer, its datasets named in an attribute; a net in the net is one group. */
function legacy(
  weights: Group,
  layers: readonly string[],
  fileBytes: number,
): Pick<KerasFile, 'tensors' | 'groups'> {
  const tensors: StoredTensors = new Map();
  const groups = new Map<string, readonly string[]>();
  for (const layer of layers) {
    const group = groupAt(weights, layer);
    if (!group) throw new FormatError('missing-tensor', `keras: no weights of layer "${layer}"`);
    const own: string[] = [];
    for (const path of textsAt(group, 'weight_names') ?? []) {
      if (isWhole(group, path)) continue;
      // A net in the net keeps its layers' names in the paths.
      const [part = '', owner = layer] = path.replace(/:0$/, '').split('/').reverse();
      const name = `${owner}/${part}`;
      checkName(owner, 'keras');
      if (tensors.has(name)) throw new FormatError('duplicate-name', `keras: "${name}" twice`);
      tensors.set(name, tensorAt(group, path, name, fileBytes));
      own.push(name);
    }
    groups.set(layer, own);
  }
  return { tensors, groups };
}

/**
 * Keras 3: `layers/<class>_<n>/vars/<i>`, the layer's own name an attribute since 3.4. Without that, tensors
 * are named after the group, by its whole path where the file describes the model.
 */
function current(root: Group, fileBytes: number, described: boolean): StoredTensors {
  const tensors: StoredTensors = new Map();
  collectVars(root, { tensors, fileBytes, described }, '', 0);
  if (tensors.size === 0) {
    throw new FormatError('not-this-format', 'keras: an HDF5 file without layers');
  }
  return tensors;
}

interface Collected {
  readonly tensors: StoredTensors;
  readonly fileBytes: number;
  readonly described: boolean;
}

/** Nets in nets have layers of their own; a subclassed model keeps its layers under its attributes. */
function collectVars(group: Group, collected: Collected, prefix: string, depth: number): void {
  if (depth > 16) throw new FormatError('too-large', 'keras: groups too deep');
  for (const key of group.keys().sort(byClassThenCount)) {
    if (key === 'optimizer' || key === 'metrics' || key === 'seed_generator') continue;
    const inner = groupAt(group, key);
    if (!inner || key === 'vars') continue;
    const path = `${prefix}${key}`;
    const vars = groupAt(inner, 'vars');
    if (vars) addVars(vars, collected.described ? path : key, collected);
    collectVars(inner, collected, `${path}/`, depth + 1);
  }
}

function addVars(vars: Group, key: string, { tensors, fileBytes }: Collected): void {
  const places = vars.keys().sort((a, b) => Number(a) - Number(b));
  if (places.length === 0) return;
  const layer = textsAt(vars, 'name')?.[0] ?? key;
  checkName(layer, 'keras');
  for (const place of places) {
    const name = `${layer}/${place}`;
    if (tensors.has(name)) throw new FormatError('duplicate-name', `keras: "${name}" twice`);
    if (!isWhole(vars, place)) tensors.set(name, tensorAt(vars, place, name, fileBytes));
  }
}

/** Counts and seeds are whole numbers, and no weights. */
function isWhole(group: Group, path: string): boolean {
  const entity = group.get(path);
  return entity !== null && 'metadata' in entity && entity.metadata.type === 0;
}

/** Convolutions come before dense layers, and `conv2d_10` after `conv2d_9`. */
function byClassThenCount(a: string, b: string): number {
  const parts = (key: string): [string, number] => {
    const [, name = key, count = '0'] = /^(.*?)(?:_(\d+))?$/.exec(key) ?? [];
    return [name, Number(count)];
  };
  const [nameA, countA] = parts(a);
  const [nameB, countB] = parts(b);
  return nameA === nameB ? countA - countB : nameA < nameB ? -1 : 1;
}
