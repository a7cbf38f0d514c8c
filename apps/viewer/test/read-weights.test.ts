import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { asRgb } from '../src/lib/weights/as-rgb.js';
import { type Description, readWeights } from '../src/lib/weights/read-weights.js';
import { weightsSource } from '../src/lib/weights/weights-source.js';

/** Files of other tools, made for the tests of @alexnet/convert. */
async function files(...names: string[]): Promise<File[]> {
  return Promise.all(
    names.map(async (name) => {
      const path = new URL(`../../../packages/convert/test/fixtures/${name}`, import.meta.url);
      return new File([await readFile(path)], name.replace('convnet-batches', 'batches'));
    }),
  );
}

async function read(...names: string[]) {
  return readAs({}, ...names);
}

async function readAs(description: Description, ...names: string[]) {
  let bytes = 0;
  const open = (file: File) => weightsSource(file, (count) => (bytes += count));
  const found = await readWeights(await files(...names), { description, open });
  expect(bytes).toBeGreaterThan(1000);
  return found;
}

describe('files dropped together', () => {
  it.each([
    [['torchvision-tiny.pth'], 'torch', 'torchvision'],
    [['torchvision-dynamo.onnx.data', 'torchvision-dynamo.onnx'], 'onnx', 'torchvision'],
    [['keras.keras'], 'keras', 'torchvision'],
    [['caffe-mean.binaryproto', 'caffe-v1.caffemodel'], 'caffe', 'caffe'],
    [['caffe/snapshot.prototxt', 'caffe/snapshot.caffemodel.h5'], 'caffe', 'custom'],
    [['matconvnet.mat'], 'matconvnet', 'caffe'],
    [['convnet-batches.meta', 'convnet-91.2'], 'cuda-convnet', 'original2012'],
  ])('%s are one network', async (names, format, preset) => {
    const found = await read(...names);
    expect(found.format).toBe(format);
    expect(found.model.spec.preset).toBe(preset);
  });

  it('that hold numbers only are opened once it is said what they are', async () => {
    const description = { preset: 'torchvision', dataFormat: 'channels_last' } as const;
    const name = 'keras.weights.h5';
    await expect(read(name)).rejects.toMatchObject({ code: 'ambiguous' });
    expect((await readAs(description, name)).model.spec.preset).toBe('torchvision');
  });

  it('of TensorFlow with the widths of torchvision are taken for its network', async () => {
    const { model, notes } = await read('tf2.data-00000-of-00001', 'tf2.index');
    expect(model.spec.preset).toBe('torchvision');
    expect(notes.some(({ detail }) => detail.includes('so that was assumed'))).toBe(true);
  });

  it('have the layers of the .prototxt among them', async () => {
    const alone = await read('written.caffemodel');
    const both = await read('written.caffemodel', 'written.prototxt');
    expect(both.model).toEqual(alone.model);
    const said = both.notes.filter(({ detail }) => detail.includes('those of the .prototxt'));
    expect(said).toHaveLength(1);
  });

  it('give their mean and their class names to the network', async () => {
    const caffe = await read('caffe-mean.binaryproto', 'caffe-v1.caffemodel');
    expect(caffe.model.preprocessing?.channelOrder).toBe('rgb');
    expect(caffe.notes.some(({ code, exact }) => code === 'mean-image' && !exact)).toBe(true);
    const convnet = await read('convnet-batches.meta', 'convnet-91.2');
    expect(convnet.model.classNames).not.toBeNull();
  });

  it.each([
    [['npy-list.npy'], 'say which one'],
    [['tf2.index'], 'needs tf2.data-00000-of-00001. Drop the two together'],
    [['tf2.data-00000-of-00001', 'tf1.data-00000-of-00002'], 'is one part of a model'],
    [['caffe-mean.binaryproto'], 'is a mean image'],
    [['torchvision-tiny.pth', 'matconvnet.mat'], 'are several networks'],
    [['make_caffe.py'], 'is no network in a known format'],
  ])('%s are refused', async (names, message) => {
    await expect(read(...names)).rejects.toThrow(message);
  });
});

describe('asRgb', () => {
  it('turns kernels and preparation together, and leaves RGB alone', async () => {
    const { model: file } = await read('torchvision-tiny.pth');
    const preprocessing = {
      resize: { shorterSide: 256 },
      crop: { height: 224, width: 224 },
      channelOrder: 'bgr',
      range: 255,
      mean: [104, 117, 123],
      std: null,
    } as const;
    const turned = asRgb({ ...file, preprocessing });
    expect(turned.preprocessing?.mean).toEqual([123, 117, 104]);
    const [before, after] = [file, turned].map(({ weights }) => weights.get('conv1.weight'));
    const filters = before?.shape[3] ?? 0;
    expect(after?.data.slice(0, filters)).toEqual(before?.data.slice(2 * filters, 3 * filters));
    expect(asRgb(turned)).toBe(turned);
  });
});
