import * as tf from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { className, LAYER_CLASSES, refusedOption } from '../src/keras/layer-options.js';
import { foreign } from './foreign.js';

/** Every option Keras 3.15.1 gives the classes that are read, from their own `get_config`. */
const configs: Record<string, Record<string, unknown>> = JSON.parse(
  new TextDecoder().decode(foreign('keras-options.json')),
);

describe('options of Keras layers', () => {
  it.each(Object.entries(configs))('%s: none is unknown', (type, options) => {
    expect(refusedOption(type, options)).toBeNull();
  });

  it.each(
    Object.entries(configs).flatMap(([type, options]) =>
      Object.keys(LAYER_CLASSES[type]?.fixed ?? {})
        .filter((key) => Object.hasOwn(options, key))
        .map((key) => [type, key] as const),
    ),
  )('%s: another %s is refused by name', (type, key) => {
    expect(refusedOption(type, { ...configs[type], [key]: 7.5 })).toContain(`${type} has ${key}`);
  });

  it('an option of a later version is refused by name', () => {
    expect(refusedOption('Dense', { ...configs.Dense, gain: 2 })).toContain('the option gain');
  });
});

/** A layer of TF.js as `model.save` writes it. */
function written(layer: tf.layers.Layer, inputShape: number[]): [string, Record<string, unknown>] {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape }) as never, layer] });
  const { config } = model.toJSON(null, false) as unknown as {
    config: { layers: { class_name: string; config: Record<string, unknown> }[] };
  };
  const { class_name: name, config: options } = config.layers[1] ?? { class_name: '', config: {} };
  return [className(name), options];
}

const { layers } = tf;
const ofTfjs = [
  layers.conv2d({ filters: 2, kernelSize: 3 }),
  layers.activation({ activation: 'relu' }),
  layers.reLU(),
  layers.leakyReLU(),
  layers.softmax(),
  layers.maxPooling2d({}),
  layers.averagePooling2d({}),
  layers.globalAveragePooling2d({}),
  layers.zeroPadding2d(),
  layers.batchNormalization(),
  layers.flatten(),
  layers.dense({ units: 2 }),
  layers.reshape({ targetShape: [192] }),
  layers.dropout({ rate: 0.5 }),
  layers.gaussianDropout({ rate: 0.5 }),
  layers.gaussianNoise({ stddev: 0.5 }),
  layers.alphaDropout({ rate: 0.5 }),
  layers.rescaling({ scale: 2 }),
  layers.resizing({ height: 8, width: 8 }),
  layers.centerCrop({ height: 8, width: 8 }),
].map((layer) => written(layer, [8, 8, 3]));

describe('options of TF.js layers, as TF.js writes them', () => {
  it.each(ofTfjs)('%s: none is unknown', (type, options) => {
    expect(refusedOption(type, options)).toBeNull();
  });

  it.each(
    ofTfjs.flatMap(([type, options]) =>
      Object.keys(options).map((key) => [type, key, options] as const),
    ),
  )('%s: %s is carried, passed over or refused by name', (type, key, options) => {
    const { carried = [], passed = [] } = LAYER_CLASSES[type] ?? {};
    const refused = refusedOption(type, { ...options, [key]: 7.5 });
    if (refused) expect(refused).toContain(`${type} has ${key}`);
    else expect([...carried, ...passed, ...EVERYWHERE]).toContain(key);
  });

  it('a class nobody reads is refused by name', () => {
    const [type, options] = written(layers.thresholdedReLU(), [8, 8, 3]);
    expect(refusedOption(type, options)).toContain('ThresholdedReLU');
  });
});

/** Options of any layer that change nothing a trained network computes. */
const EVERYWHERE = [
  'name',
  'trainable',
  'dtype',
  'activity_regularizer',
  ...['kernel', 'bias', 'beta', 'gamma', 'moving_mean', 'moving_variance'].flatMap((part) =>
    ['initializer', 'regularizer', 'constraint'].map((kind) => `${part}_${kind}`),
  ),
];
