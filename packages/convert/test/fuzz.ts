import { gunzipSync } from 'node:zlib';
import { createSpec } from '@alexnet/model';
import { parseCaffeNet, readBinaryproto } from '../src/caffe/index.js';
import { parsePrototxt } from '../src/caffe/prototxt.js';
import {
  bytesSource,
  decodeSafetensors,
  FormatError,
  NOTE_CODES,
  openModel,
  readModel,
} from '../src/index.js';
import { readNpy, readNumpy } from '../src/numpy/index.js';
import { readCheckpoint } from '../src/tensorflow/index.js';
import type { StoredTensors } from '../src/tensors/tensor-file.js';
import { writeTfjsModel } from '../src/tfjs/tfjs-model.js';
import { readTorch } from '../src/torch/index.js';
import { fixture } from './golden.js';
import { randomWeights } from './networks.js';
import { withParts } from './with-parts.js';

export interface FuzzTarget {
  readonly name: string;
  readonly bytes: Uint8Array;
  read(bytes: Uint8Array): unknown;
  /** Share of the cases this reader gets; slow libraries get fewer. */
  readonly share: number;
}

const all = async (tensors: StoredTensors) => {
  const arrays: Float32Array[] = [];
  for (const tensor of tensors.values()) arrays.push(await tensor.read());
  return arrays;
};

const lenet = (() => {
  const spec = createSpec('lenet5');
  const weights = randomWeights(spec);
  return writeTfjsModel({ spec, weights, preprocessing: null, classNames: null, provenance: null });
})();

const SHARDED = 'kind-model.safetensors.index.json';
const shards = new Map(
  [1, 2].map((part) => {
    const name = `kind-model-0000${part}-of-00002.safetensors`;
    return [name, fixture(name)] as const;
  }),
);

/** So that damage is met behind the refusals, too. */
const allowed = { allow: NOTE_CODES, modifiers: { input: 224 } } as const;
const numbers = { preset: 'torchvision', dataFormat: 'channels_last' } as const;

/** Every reader with a small real file of its format. */
export const TARGETS: readonly FuzzTarget[] = [
  ...[
    'torch-zip.pth',
    'torch-legacy.pth',
    'torch-tar.pth',
    'torch-training.pth',
    'torch-module.pth',
  ].map((name) => target(name, async (bytes) => all(await readTorch(bytes)))),
  ...['npz-plain.npz', 'npz-compressed.npz', 'npy-dict.npy', 'npy-protocol0.npy'].map((name) =>
    target(name, async (bytes) => all((await readNumpy(bytes)).tensors)),
  ),
  target('npy-plain.npy', async (bytes) => (await readNpy(bytes)).read()),
  target('python.safetensors', (bytes) => decodeSafetensors(bytes)),
  target('model.safetensors', (bytes) => readModel(bytes)),
  target('caffe-v1.caffemodel', async (bytes) => {
    const { layers } = parseCaffeNet(bytes);
    const blobs = layers.flatMap((layer) => layer.blobs);
    return Promise.all(blobs.map((blob) => blob.read()));
  }),
  target('caffe-mean.binaryproto', (bytes) => readBinaryproto(bytes)),
  target('torchvision-hand.onnx', (bytes) => openModel(bytes, { from: 'onnx' })),
  target('model.onnx', (bytes) => openModel(bytes, { from: 'onnx' })),
  target('tf1.index', async (bytes) => {
    const zeros = bytesSource(new Uint8Array(1e5));
    return all(await readCheckpoint(bytes, async () => zeros));
  }),
  {
    name: 'k3-checkpoint.data-00000-of-00001',
    bytes: fixture('foreign/k3-checkpoint.data-00000-of-00001'),
    share: 0.5,
    read: async (bytes) =>
      all(
        await readCheckpoint(fixture('foreign/k3-checkpoint.index'), async () =>
          bytesSource(bytes),
        ),
      ),
  },
  target('int8.safetensors', (bytes) => readModel(bytes)),
  target('int8.safetensors', (bytes) => openModel(bytes, { from: 'safetensors' }), 0.5),
  {
    name: SHARDED,
    bytes: fixture(SHARDED),
    share: 0.5,
    read: (bytes) => openModel(withParts(SHARDED, bytes, shards), { from: 'safetensors' }),
  },
  target(
    'foreign/own-one-by-one.pth',
    (bytes) => openModel(bytes, { ...allowed, from: 'torch' }),
    0.5,
  ),
  ...['qdq', 'qdq-channels', 'view', 'front', 'lrn-spelled-out', 'fused-leaky'].map((name) =>
    target(`foreign/${name}.onnx`, (bytes) => openModel(bytes, { ...allowed, from: 'onnx' }), 0.3),
  ),
  ...['batch-norm.h5', 'rescaling.keras', 'nested.keras', 'subclassed.weights.h5'].map((name) => {
    const said = name.endsWith('.weights.h5') ? numbers : allowed;
    return target(`foreign/${name}`, (bytes) => openModel(bytes, { ...said, from: 'keras' }), 0.05);
  }),
  target('convnet-91.2', (bytes) => openModel(bytes, { from: 'cuda-convnet' }), 0.5),
  target('convnet.gz', (bytes) => openModel(bytes, { from: 'cuda-convnet' }), 0.5),
  ...['matconvnet.mat', 'matconvnet-old.mat'].map((name) =>
    target(name, (bytes) => openModel(bytes, { from: 'matconvnet' }), 0.5),
  ),
  ...['caffe/v1.caffemodel', 'caffe/towers.caffemodel'].map((name) =>
    target(name, (bytes) => openModel(bytes, { from: 'caffe' }), 0.5),
  ),
  target('caffe/snapshot.prototxt', (bytes) => parsePrototxt(bytes)),
  target(
    'caffe/snapshot.caffemodel.h5',
    (bytes) => openModel(bytes, { from: 'caffe', prototxt: fixture('caffe/snapshot.prototxt') }),
    0.1,
  ),
  target('matconvnet/dag.mat', (bytes) => openModel(bytes, { from: 'matconvnet' }), 0.5),
  {
    name: 'dag-73.mat',
    bytes: new Uint8Array(gunzipSync(fixture('matconvnet/dag-73.mat.gz'))),
    share: 0.02,
    read: (bytes) => openModel(bytes, { from: 'matconvnet' }),
  },
  target('keras.weights.h5', (bytes) => openModel(bytes, { ...numbers, from: 'keras' }), 0.1),
  target('keras.keras', (bytes) => openModel(bytes, { from: 'keras' }), 0.1),
  {
    name: 'model.json',
    bytes: new TextEncoder().encode(lenet.modelJson),
    share: 0.5,
    read: (bytes) => openModel(withParts('model.json', bytes, lenet.shards), { from: 'tfjs' }),
  },
];

function target(name: string, read: FuzzTarget['read'], share = 1): FuzzTarget {
  return { name, bytes: fixture(name), read, share };
}

/**
 * Damages a file `cases` times, by turns cut off and with one to eight bits or bytes changed, and
 * reads it. Throws whatever is not a FormatError, with the case to repeat it.
 *
 * @returns how many were still readable
 */
export async function fuzz({ name, bytes, read }: FuzzTarget, cases: number): Promise<number> {
  let state = 1;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  let readable = 0;
  for (let count = 0; count < cases; count++) {
    const damaged = bytes.slice(
      0,
      count % 4 === 0 ? truncation(count, cases, bytes.length) : undefined,
    );
    if (count % 4 !== 0) {
      // Headers are where damage is interesting: half of it goes to the first kilobyte.
      for (let changes = 1 + random(8) * (count % 2); changes > 0; changes--) {
        const at = random(count % 3 === 0 ? Math.min(1024, damaged.length) : damaged.length);
        damaged[at] = count % 5 === 0 ? random(256) : (damaged[at] ?? 0) ^ (1 << random(8));
      }
    }
    try {
      await read(damaged);
      readable++;
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw new Error(`${name}, case ${count} of ${cases}`, { cause: error });
      }
    }
  }
  return readable;
}

/** Every length in turn, or as many as there are cases, spread evenly. */
function truncation(count: number, cases: number, length: number): number {
  return cases >= 4 * length ? (count / 4) % length : Math.floor((count / cases) * length);
}
