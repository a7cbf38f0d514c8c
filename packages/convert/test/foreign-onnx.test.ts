import { bytesSource } from '@alexnet/files';
import type { Preprocessing } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { findModel, type OpenModelOptions } from '../src/index.js';
import { expectSameLogits, foreign, golden, open } from './foreign.js';

const logits = golden('onnx.json');

describe('ONNX files of other tools', () => {
  it.each(Object.keys(logits))('%s gives the logits onnxruntime gives', async (name) => {
    const { file } = await open(`${name}.onnx`, {
      allow: name.startsWith('qdq') ? ['precision'] : [],
    });
    // Of a quantized file the activations are rounded there, not here.
    await expectSameLogits(file, logits[name], name.startsWith('qdq') ? 0.02 : 1e-5);
  });

  it.each(['half', 'rows-of-two'])('%s gives the logits onnxruntime gives', async (name) => {
    const { file } = await open(`${name}.onnx`);
    await expectSameLogits(file, golden('changed.json')[`${name}.onnx`]);
  });

  it('the softmax of a softmax is no softmax of logits', async () => {
    await expect(open('softmax-twice.onnx')).rejects.toThrow('Softmax follows a softmax');
  });

  // ONNX 1.23.1's own test data. Its 61 M weights are constants by name of a shape, and every answer of
  // its reference is 0.001, so that only the network itself can be compared.
  it('the light AlexNet of the onnx package is the network it says', async () => {
    const name = 'light_bvlc_alexnet.onnx';
    const { spec, parameters } = await findModel({
      name,
      bytes: bytesSource(foreign(name)),
      beside: () => Promise.reject(new Error('it is one file')),
    });
    expect(spec.input).toEqual({ height: 224, width: 224, channels: 3 });
    expect(spec.layers.map(({ name }) => name).join(' ')).toBe(
      'conv1 relu1 norm1 pool1 conv2 relu2 norm2 pool2 conv3 relu3 conv4 relu4 conv5 relu5 pool5 flatten fc6 relu6 fc7 relu7 fc8',
    );
    const layer = (wanted: string) => spec.layers.find(({ name }) => name === wanted);
    expect(layer('conv2')).toMatchObject({ groups: 2, kernel: [5, 5] });
    // Caffe's alpha 1e-4 is divided by the five channels.
    expect(layer('norm1')).toMatchObject({ size: 5, k: 1, sumCoeff: 2e-5, beta: 0.75 });
    expect(layer('pool5')).toMatchObject({ padding: { top: 0, left: 0, bottom: 1, right: 1 } });
    expect(parameters.length).toBe(16);
  });
});

describe('the order of colors where the graph prepares its pixels', () => {
  const name = 'front-255.onnx';
  const blues = async (options: OpenModelOptions) => {
    const { file, notes } = await open(name, options);
    const { data, shape } = file.weights.get('conv1.weight') ?? { data: [], shape: [] };
    const firsts = [0, 1, 2].map((channel) => data[channel * (shape[3] ?? 0)]);
    return { preprocessing: file.preprocessing, firsts, notes };
  };

  it('is taken to be RGB with a note that says so', async () => {
    const { preprocessing, notes } = await blues({});
    expect(preprocessing).toMatchObject({ channelOrder: 'rgb', mean: [123.7, 116.8, 103.9] });
    const said = notes.find(({ code }) => code === 'preprocessing')?.detail;
    expect(said).toContain('RGB was taken, say channelOrder where it is bgr');
  });

  it.each([
    ['channelOrder', (): OpenModelOptions => ({ channelOrder: 'bgr' })],
    [
      'the preprocessing',
      (own: Preprocessing): OpenModelOptions => ({
        preprocessing: { ...own, channelOrder: 'bgr' },
      }),
    ],
  ])('turns conv1, mean and deviation together where %s says BGR', async (_name, saying) => {
    const plain = await blues({});
    const turned = await blues(saying(plain.preprocessing as Preprocessing));
    expect(turned.firsts).toEqual([...plain.firsts].reverse());
    expect(turned.preprocessing).toEqual({
      ...plain.preprocessing,
      mean: [103.9, 116.8, 123.7],
      std: [57.4, 57.1, 58.4],
    });
    expect(turned.notes.map(({ code }) => code)).toContain('channel-order');
  });

  it('is not given against what the graph does', async () => {
    const { preprocessing } = await blues({});
    const other = { ...(preprocessing as Preprocessing), mean: [1, 2, 3] as const };
    await expect(open(name, { preprocessing: other })).rejects.toThrow(
      'the file prepares its pixels itself',
    );
  });
});
