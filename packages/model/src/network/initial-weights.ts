import type { Initializer } from '../spec/layer-spec.js';
import type { NetworkSpec } from '../spec/network-spec.js';
import { type ParameterSpec, parameterSpecs } from '../spec/parameter-shapes.js';
import { streamKey, word } from './random-stream.js';
import type { Weight } from './weight.js';

/**
 * Starting values of every parameter, in the tfjs layout.
 *
 * Each tensor has its own stream from `seed` and its name, so values are the same on every backend
 * and do not move when another layer is added. Constants come from the layer's `init` (paper
 * section 5, `layers-145.cfg`, He, PyTorch); batch norm starts at scale 1, shift 0, mean 0, variance 1.
 */
export function* initialWeights(spec: NetworkSpec, seed = 0): Generator<[string, Weight]> {
  const inits = new Map(
    spec.layers.flatMap((layer) => ('init' in layer ? [[layer.name, layer.init] as const] : [])),
  );
  const parameters = parameterSpecs(spec);
  const fanIns = new Map(
    parameters.flatMap(({ kind, layer, shape }) =>
      kind === 'weight' ? [[layer, shape.slice(0, -1).reduce((a, b) => a * b, 1)] as const] : [],
    ),
  );
  for (const parameter of parameters) {
    const fanIn = fanIns.get(parameter.layer) ?? 1;
    const data = startingValues(parameter, inits.get(parameter.layer), fanIn, seed);
    yield [parameter.name, { shape: parameter.shape, data }];
  }
}

function startingValues(
  { name, kind, shape }: ParameterSpec,
  init: Initializer | undefined,
  fanIn: number,
  seed: number,
): Float32Array {
  const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
  if (kind === 'scale' || kind === 'running_var') return data.fill(1);
  if (init === undefined) return data;
  const key = streamKey(seed, name);
  if (kind === 'bias') {
    return init.bias === 'pytorch'
      ? fillUniform(data, key, 1 / Math.sqrt(fanIn))
      : data.fill(init.bias);
  }
  switch (init.weight.kind) {
    case 'normal':
      return fillNormal(data, key, init.weight.sd);
    case 'he':
      return fillNormal(data, key, Math.sqrt(2 / fanIn));
    case 'lecun':
      return fillUniform(data, key, 2.4 / fanIn);
    case 'pytorch':
      return fillUniform(data, key, 1 / Math.sqrt(fanIn));
  }
}

/** Box–Muller: two independent normal values from two uniform words. */
function fillNormal(data: Float32Array, key: number, sd: number): Float32Array {
  for (let i = 0; i < data.length; i += 2) {
    // (0, 1], so that the logarithm is finite.
    const radius = sd * Math.sqrt(-2 * Math.log((word(key, i) + 1) / 2 ** 32));
    const angle = (2 * Math.PI * word(key, i + 1)) / 2 ** 32;
    data[i] = radius * Math.cos(angle);
    if (i + 1 < data.length) data[i + 1] = radius * Math.sin(angle);
  }
  return data;
}

function fillUniform(data: Float32Array, key: number, limit: number): Float32Array {
  for (let i = 0; i < data.length; i++) data[i] = limit * ((2 * word(key, i)) / 2 ** 32 - 1);
  return data;
}
