import type { Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { TfLayer } from '../layers/layer-class.js';
import { ModelError } from '../model-error.js';
import { inferShapes, withInput } from '../spec/infer-shapes.js';
import type { LayerSpec } from '../spec/layer-spec.js';
import type { NetworkSpec } from '../spec/network-spec.js';
import { parameterSpecs } from '../spec/parameter-shapes.js';
import { validateSpec } from '../spec/validate-spec.js';
import type { Tf } from '../tf.js';
import { createLayer } from './create-layer.js';
import { initialWeights } from './initial-weights.js';
import type { ForwardOptions, Network, NetworkParameter } from './network.js';
import { pairWithRelu } from './relu-pairs.js';
import type { Weight } from './weight.js';

/** How {@link buildNetwork} starts the weights. */
export interface BuildOptions {
  /** Whole number behind every starting weight; 0 when left out. Same seed, same weights, on any backend. */
  readonly seed?: number;
  /** Start from these instead, all of them by name. */
  readonly weights?: ReadonlyMap<string, Weight>;
}

/**
 * Builds a network on the current tfjs backend, with starting weights as its layers' `init` say, or
 * with those given.
 *
 * @throws {ModelError} As `validateSpec` and `inferShapes`, when `tf` is not all of TensorFlow.js, and
 * when the weights given are not this network's; nothing stays in memory then.
 */
export function buildNetwork(tf: Tf, spec: NetworkSpec, options: BuildOptions = {}): Network {
  // Plain JavaScript callers often have tfjs-core alone, which has no layers.
  if (typeof tf?.input !== 'function' || typeof tf.conv2d !== 'function') {
    throw new ModelError(
      'bad-argument',
      "tf has to hold tfjs-core and tfjs-layers: import * as tf from '@tensorflow/tfjs', or take the tf of selectBackend",
    );
  }
  const checked = validateSpec(spec);
  const { height, width, channels } = checked.input;
  const anySize = !checked.layers.some(({ op }) => op === 'flatten');
  const input = tf.input({
    shape: anySize ? [null, null, channels] : [height, width, channels],
    name: 'image',
  });
  const layers = checked.layers.map((layer) => createLayer(tf, layer));
  // A chain of single outputs, though `apply` is typed for any graph. Of `alexnet`, per image:
  //   image [227, 227, 3] → conv1 [55, 55, 96] → pool1 [27, 27, 96] → conv2 [27, 27, 256] → pool2 [13, 13, 256]
  //   → conv3, conv4 [13, 13, 384] → conv5 [13, 13, 256] → pool5 [6, 6, 256] → flatten [9216]
  //   → fc6, fc7 [4096] → fc8 [1000]
  const logits = layers.reduce((x, layer) => layer.apply(x) as typeof input, input);
  const model = tf.model({ inputs: input, outputs: logits, name: checked.preset });
  const parameters = bindParameters(checked, layers);
  try {
    if (options.weights) checkWeights(parameters, options.weights);
    assignWeights(tf, parameters, options.weights ?? initialWeights(checked, options.seed));
  } catch (error) {
    model.dispose();
    throw error;
  }

  function run(
    x: Tensor4D,
    forwardOptions: ForwardOptions,
    visit?: (name: string, output: Tensor) => void,
  ): Tensor {
    checkInput(checked, anySize, x);
    const { frozen = [], ...kwargs } = forwardOptions;
    let isDone = false;
    return layers.reduce<Tensor>((features, layer, at) => {
      if (isDone) {
        isDone = false;
        return features;
      }
      // What lies between the two is looked at only where every output is asked for.
      const [spec, next] = checked.layers.slice(at, at + 2) as [LayerSpec, LayerSpec?];
      const pair = visit ? undefined : pairWithRelu(tf, spec, layer, next, features);
      if (pair) {
        isDone = true;
        return pair;
      }
      const still = frozen.includes(layer.name);
      const options = still ? { ...kwargs, training: false } : kwargs;
      // [n, height, width, channels] → the same, or after flatten [n, units] → [n, units]
      const output = layer.apply(features, options as never) as Tensor;
      visit?.(layer.name, output);
      return output;
    }, x);
  }

  return {
    tf,
    spec: checked,
    model,
    parameters,

    forward(x, forwardOptions = {}) {
      return tf.tidy(() => run(x, forwardOptions) as Tensor2D);
    },

    activations(x, names) {
      const unknown = names?.find((name) => !layers.some((layer) => layer.name === name));
      if (unknown !== undefined) {
        const known = layers.map(({ name }) => name).join(', ');
        throw new ModelError(
          'bad-argument',
          `No layer is called "${unknown}"; there are ${known}.`,
        );
      }
      const wanted = new Set(names ?? layers.map(({ name }) => name));
      const found = new Map<string, Tensor>();
      tf.tidy(() => {
        run(x, {}, (name, output) => {
          if (wanted.has(name)) found.set(name, tf.keep(output));
        });
      });
      return found;
    },

    async getWeights() {
      const weights = new Map<string, Weight>();
      for (const { name, shape, variable } of parameters) {
        const data = await variable.data<'float32'>();
        weights.set(name, { shape, data: new Float32Array(data) });
      }
      return weights;
    },

    setWeights(weights) {
      checkWeights(parameters, weights);
      assignWeights(tf, parameters, weights);
    },

    dispose() {
      model.dispose();
    },
  };
}

/** Pairs every parameter of the specification with the tfjs variable that holds it. */
function bindParameters(
  spec: NetworkSpec,
  layers: readonly TfLayer[],
): readonly NetworkParameter[] {
  const variables = layers.flatMap((layer) =>
    // `read` returns the variable itself, though it is typed as a tensor.
    layer.weights.map((weight) => weight.read() as Variable),
  );
  return parameterSpecs(spec).map((parameter, index) => {
    const variable = variables[index];
    if (variable === undefined || !sameShape(variable.shape, parameter.shape)) {
      throw new ModelError(
        'bad-argument',
        `${parameter.name}: expected ${format(parameter.shape)}, tfjs made ${format(variable?.shape ?? [])}.`,
      );
    }
    return { ...parameter, variable };
  });
}

function assignWeights(
  tf: Tf,
  parameters: readonly NetworkParameter[],
  weights: Iterable<readonly [string, Weight]>,
): void {
  const variables = new Map(parameters.map(({ name, variable }) => [name, variable]));
  for (const [name, { shape, data }] of weights) {
    tf.tidy(() => variables.get(name)?.assign(tf.tensor(data, [...shape])));
  }
}

function checkWeights(
  parameters: readonly NetworkParameter[],
  weights: ReadonlyMap<string, Weight>,
): void {
  const missing = parameters.filter(({ name }) => !weights.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new ModelError('bad-weights', `Weights are missing: ${missing.join(', ')}.`);
  const expected = new Map(parameters.map((parameter) => [parameter.name, parameter.shape]));
  for (const [name, { shape, data }] of weights) {
    const wanted = expected.get(name);
    if (wanted === undefined)
      throw new ModelError('bad-weights', `The network has no parameter called "${name}".`);
    if (!sameShape(shape, wanted)) {
      throw new ModelError(
        'bad-weights',
        `${name}: the network has ${format(wanted)}, the weights ${format(shape)}.`,
      );
    }
    const size = shape.reduce((product, length) => product * length, 1);
    if (data.length !== size) {
      throw new ModelError(
        'bad-weights',
        `${name}: shape ${format(shape)} needs ${size} values, not ${data.length}.`,
      );
    }
  }
}

function checkInput(spec: NetworkSpec, anySize: boolean, x: Tensor4D): void {
  const { height, width, channels } = spec.input;
  const [, h, w, c] = x.shape;
  if (h === height && w === width && c === channels) return;
  if (x.rank === 4 && anySize && c === channels) {
    inferShapes(withInput(spec, { height: h, width: w }));
    return;
  }
  throw new ModelError(
    'bad-argument',
    `The network takes images [batch, ${height}, ${width}, ${channels}], not [${x.shape.join(', ')}].`,
  );
}

function sameShape(a: readonly (number | null)[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, index) => length === b[index]);
}

function format(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
