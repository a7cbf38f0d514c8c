import type { io, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { buildNetwork, createSpec, type PresetName, type SpecModifiers } from '../src/index.js';
import { tf } from './tf.js';

describe('model.json', () => {
  it.each<[PresetName, SpecModifiers]>([
    ['alexnet', {}],
    ['original2012', { input: 64 }],
    ['torchvision', { input: 64 }],
    ['paper', { head: 'gap', norm: 'batch', dropout: 0.3 }],
    ['caffe', { head: 'conv', activation: 'tanh', pool: 'avg' }],
    ['lenet5', { input: 32 }],
  ])('%s %o saves and loads as a standard tfjs model', async (preset, modifiers) => {
    const spec = createSpec(preset, {
      input: 67,
      width: 1 / 16,
      classes: 3,
      init: 'he',
      ...modifiers,
    });
    const network = buildNetwork(tf, spec, { seed: 9 });
    const { height, width, channels } = spec.input;
    const x = tf.randomNormal([2, height, width, channels], 0, 1, 'float32', 1) as Tensor4D;
    let saved: io.ModelArtifacts | undefined;
    await network.model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    // Through JSON, as a file would go.
    const artifacts = {
      ...saved,
      modelTopology: JSON.parse(JSON.stringify(saved?.modelTopology)),
    } as io.ModelArtifacts;
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const [wanted, found] = [network.forward(x), loaded.predict(x) as Tensor];
    expect(found.shape).toEqual(wanted.shape);
    expect(found.dataSync()).toEqual(wanted.dataSync());
    expect(loaded.countParams()).toBe(network.model.countParams());
    const names = saved?.weightSpecs?.map(({ name }) => name) ?? [];
    expect(names.slice(0, 2)).toEqual(['conv1/kernel', 'conv1/bias']);
    loaded.dispose();
    network.dispose();
  });

  it('trains through model.fit, dropout changing from step to step', async () => {
    const spec = createSpec('lenet5', { dropout: 0.5, classes: 2 });
    const network = buildNetwork(tf, spec);
    network.model.compile({
      optimizer: 'sgd',
      loss: (a, b) => tf.mean(tf.losses.softmaxCrossEntropy(a, b)),
    });
    const x = tf.randomNormal([4, 32, 32, 1], 0, 1, 'float32', 2);
    const y = tf.tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]);
    const before = await network.getWeights();
    const { history } = await network.model.fit(x, y, { epochs: 2, verbose: 0 });
    expect(history.loss).toHaveLength(2);
    expect(history.loss?.[0]).not.toBe(history.loss?.[1]);
    expect((await network.getWeights()).get('conv1.weight')).not.toEqual(
      before.get('conv1.weight'),
    );
    network.dispose();
  });
});
