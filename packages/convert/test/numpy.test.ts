import { encodeNpy } from '@alexnet/files/npy';
import { writeZip } from '@alexnet/files/zip';
import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { readNpy, readNumpy, writeNpz } from '../src/numpy/index.js';
import { writeNumpyModel } from '../src/numpy/numpy-model.js';
import type { StoredTensors } from '../src/tensors/tensor-file.js';
import { readTorch } from '../src/torch/index.js';
import { fixture, golden } from './golden.js';
import { NETWORKS, noise, randomWeights, sameWeights } from './networks.js';

const matrix = [0, 0.25, 0.5, 0.75, 1, 1.25];

async function values(tensors: StoredTensors) {
  const read = [...tensors].map(async ([name, tensor]) => [
    name,
    tensor.shape,
    Array.from(await tensor.read()),
  ]);
  return Promise.all(read);
}

describe('readNpy and readNumpy', () => {
  it('read one array', async () => {
    const array = await readNpy(fixture('npy-plain.npy'));
    expect([array.dtype, array.shape, Array.from(await array.read())]).toEqual([
      'f32',
      [2, 3],
      matrix,
    ]);
  });

  it('read every order and width numpy.savez writes', async () => {
    const { tensors } = await readNumpy(fixture('npz-plain.npz'));
    expect(await values(tensors)).toEqual([
      ['c', [2, 3], matrix],
      ['fortran', [2, 3], matrix],
      ['big', [2, 3], matrix],
      ['half', [2, 3], matrix],
      ['double', [2, 3], matrix],
      ['scalar', [], [2.5]],
      ['empty', [0, 2], []],
    ]);
    expect([...tensors.values()].map(({ dtype }) => dtype)).toContain('f64');
  });

  it('inflate numpy.savez_compressed', async () => {
    const { tensors } = await readNumpy(fixture('npz-compressed.npz'));
    expect(await tensors.get('c')?.read()).toEqual(Float32Array.from(matrix));
    expect(await tensors.get('zeros')?.read()).toEqual(new Float32Array(400));
  });

  it('read the text protocol of Python 2', async () => {
    const { tensors } = await readNumpy(fixture('npy-protocol0.npy'));
    expect(await values(tensors)).toEqual([
      ['fc/weights', [2, 3], matrix],
      ['fc/biases', [3], matrix.slice(0, 3)],
    ]);
  });

  it.each([
    [
      'a dict with a fourth key',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}`,
      'bad-header',
    ],
    [
      'an expression as shape',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (2**9,)}`,
      'bad-header',
    ],
    ['integers', `{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}`, 'bad-dtype'],
    [
      'more numbers than bytes',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}`,
      'truncated',
    ],
    [
      'an overflowing shape',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740991, 9007199254740991)}`,
      'truncated',
    ],
  ])('refuse %s', async (_name, header, code) => {
    const bytes = Uint8Array.from(
      `\x93NUMPY\x01\x00${String.fromCharCode(header.length & 255, header.length >> 8)}${header}\0\0\0\0`,
      (letter) => letter.charCodeAt(0),
    );
    await expect(readNpy(bytes)).rejects.toThrow(expect.objectContaining({ code }));
  });
});

describe('readNumpyModel', () => {
  it.each(['npy-list.npy', 'npy-dict.npy', 'npy-unordered.npy'])(
    'reads %s, a tiny bvlc_alexnet, BGR to RGB',
    async (name) => {
      const { model: file, notes } = await openModel(fixture(name), { preset: 'caffe' });
      expect(notes.map(({ code }) => code)).toEqual(['channel-order', 'preprocessing']);
      const conv1 = file.weights.get('conv1.weight');
      const stored = noise(11 * 11 * 3 * 2, 1);
      expect(conv1?.shape).toEqual([11, 11, 3, 2]);
      // Pixel 7, filter 1: the file's blue is our red's place and the other way round.
      expect([0, 1, 2].map((channel) => conv1?.data[(7 * 3 + channel) * 2 + 1])).toEqual(
        [2, 1, 0].map((channel) => stored[(7 * 3 + channel) * 2 + 1]),
      );
      expect(file.weights.get('fc6.weight')?.data).toEqual(noise(144 * 8, 11));
      expect(file.weights.get('fc8.bias')?.data).toEqual(noise(3, 16));
    },
  );

  it('refuses filters of two axis orders', async () => {
    const filter = (...shape: number[]) => ({ shape, data: new Float32Array(3 * 11 * 11 * 2) });
    const both = new Map([
      ['conv1.weight', filter(11, 11, 3, 2)],
      ['conv2.weight', filter(2, 3, 11, 11)],
    ]);
    await expect(openModel(writeNpz(both))).rejects.toThrow(
      '"conv2.weight" of [2,3,11,11] has its channels first, "conv1.weight" of [11,11,3,2] last',
    );
  });

  it('reads a state dict with batch norm, whose counters are passed over', async () => {
    const tensors = await readTorch(fixture('kind-batch.pth'));
    const members = await Promise.all(
      [...tensors].map(async ([name, { shape, read }]) => {
        const { buffer } = await read();
        return { name: `${name}.npy`, data: encodeNpy('<f4', shape, new Uint8Array(buffer)) };
      }),
    );
    const count = encodeNpy('|u1', [], new Uint8Array(1));
    const bytes = writeZip([
      ...members,
      { name: 'features.1.num_batches_tracked.npy', data: count },
    ]);
    const options = { preset: 'torchvision', modifiers: { norm: 'batch' } } as const;
    await expect(openModel(bytes, options)).rejects.toThrow('epsilon');
    const { model } = await openModel(bytes, { ...options, epsilon: 1e-5 });
    const torch = await openModel(fixture('kind-batch.pth'), { epsilon: 1e-5 });
    expect(sameWeights(model.weights, torch.model.weights)).toBe(true);
  });

  it('does not guess among the networks of these shapes', async () => {
    const reading = openModel(fixture('npy-dict.npy'));
    await expect(reading).rejects.toThrow(expect.objectContaining({ code: 'ambiguous' }));
  });
});

describe('writeNumpyModel', () => {
  it.each(NETWORKS)('comes back bit for bit: %s', async (_name, spec) => {
    const weights = randomWeights(spec);
    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    const back = await openModel(writeNumpyModel(file).bytes, {
      spec,
      dataFormat: 'channels_last',
    });
    expect(sameWeights(back.model.weights, weights)).toBe(true);
  });

  it('writes what numpy.load was seen to read (make_numpy.py)', async () => {
    const { model: file } = await openModel(fixture('npy-list.npy'), { preset: 'caffe' });
    const { bytes } = writeNumpyModel({ ...file, provenance: null });
    expect(Buffer.from(bytes).equals(golden('written.npz', bytes))).toBe(true);
  });
});
