import { asSource, type ByteSource, checkName } from '@alexnet/files';
import { type NpyHeader, readNpyHeader } from '@alexnet/files/npy';
import { arrayState, asText, PickleDict, type PickleValue, runPickle } from '@alexnet/files/pickle';
import { readZip } from '@alexnet/files/zip';
import { FormatError } from '../format-error.js';
import { openChecked } from '../formats/open-checked.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { pickledTensor } from './pickled-array.js';
import { readNpy } from './read-npy.js';

const MAX_PICKLE_BYTES = 2 ** 30;

/** The named arrays of a NumPy file. */
export interface NumpyFile {
  /** Names as in the archive without `.npy`, or `layer/weights`, `layer/biases` of a pickled dict; counters are left out. */
  readonly tensors: StoredTensors;
  /** `npz`, or `pickled` for the dict in an .npy file that caffe-tensorflow wrote. */
  readonly container: 'npz' | 'pickled';
}

/**
 * Reads the named arrays of an .npz archive, or of an .npy file holding a pickled dict of layers
 * such as `bvlc_alexnet.npy`, in both shapes that file exists in: `name → [weights, biases]` and
 * `name → {'weights', 'biases'}`. Nothing is executed.
 *
 * @throws FormatError
 */
export async function readNumpy(input: Uint8Array | ByteSource): Promise<NumpyFile> {
  const source = asSource(input);
  const [first] = await source.read(0, Math.min(1, source.size));
  if (first === 0x50) return { tensors: await readNpz(source), container: 'npz' };
  const header = await readNpyHeader(source);
  if (header.descr !== '|O') {
    throw new FormatError(
      'not-this-format',
      'numpy: a single array without name, which is no network; use readNpy for it',
    );
  }
  return { tensors: await readPickledDict(source, header), container: 'pickled' };
}

async function readNpz(source: ByteSource): Promise<StoredTensors> {
  const tensors: StoredTensors = new Map();
  for (const [file, entry] of await readZip(source)) {
    if (!file.endsWith('.npy')) {
      throw new FormatError('not-this-format', `numpy: the archive holds "${file}", no array`);
    }
    const name = file.slice(0, -'.npy'.length);
    const array = await openChecked(entry);
    if (!(await isCounter(name, array))) tensors.set(name, await readNpy(array, name));
  }
  return tensors;
}

/**
 * Whether an array is of whole numbers or truth values, as steps and counts are, which no weight is.
 *
 * @throws FormatError unsupported for one of several axes
 */
async function isCounter(name: string, array: ByteSource): Promise<boolean> {
  const { descr, shape } = await readNpyHeader(array);
  if (!/^.[iub]\d+$/.test(descr)) return false;
  if (shape.length < 2) return true;
  throw new FormatError(
    'unsupported',
    `numpy: "${name}" holds whole numbers: a quantized network, whose scales are not read; save the floats`,
  );
}

async function readPickledDict(source: ByteSource, header: NpyHeader): Promise<StoredTensors> {
  const size = source.size - header.dataStart;
  if (size > MAX_PICKLE_BYTES) {
    throw new FormatError(
      'too-large',
      `numpy: a pickle of ${size} bytes, limit ${MAX_PICKLE_BYTES}`,
    );
  }
  const { value } = runPickle(await source.read(header.dataStart, size));
  const items = arrayState(value)?.data;
  const layers = Array.isArray(items) ? items[0] : undefined;
  if (!(layers instanceof PickleDict)) {
    throw new FormatError('unsupported', 'numpy: pickled objects that are no dict of layers');
  }
  const tensors: StoredTensors = new Map();
  for (const [key, parts] of layers.entries) {
    const layer = asText(key, 'a layer name');
    checkName(layer, 'numpy');
    for (const [part, array] of partsOf(layer, parts)) {
      const name = `${layer}/${part}`;
      const tensor = pickledTensor(name, array);
      if (!tensor) throw new FormatError('bad-header', `numpy: "${name}" is no array`);
      tensors.set(name, tensor);
    }
  }
  return tensors;
}

function partsOf(layer: string, parts: PickleValue): Iterable<readonly [string, PickleValue]> {
  if (parts instanceof PickleDict) {
    return [...parts.entries].map(([key, array]) => [asText(key, 'a name'), array] as const);
  }
  if (Array.isArray(parts) && parts.length <= 2) {
    return parts.map((array, index) => [index === 0 ? 'weights' : 'biases', array] as const);
  }
  throw new FormatError('unsupported', `numpy: "${layer}" is neither a list nor a dict of arrays`);
}
