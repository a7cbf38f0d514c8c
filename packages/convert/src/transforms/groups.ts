import type { ConvSpec, NetworkSpec, Weight } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { Model } from '../model-file/model-file.js';

/**
 * The same network without groups, for backends that have none: each grouped filter
 * `[h, w, in / groups, out]` becomes `[h, w, in, out]` with zeros between the towers, 1,413,120
 * numbers more in the full two-tower nets. Undone exactly by {@link joinGroups}.
 */
export function expandGroups(file: Model): Model {
  const weights = new Map(file.weights);
  for (const layer of grouped(file.spec)) {
    const name = `${layer.name}.weight`;
    const weight = weights.get(name);
    if (!weight) throw new FormatError('missing-tensor', `"${name}" is missing`);
    weights.set(name, expand(weight, layer.groups));
  }
  const layers = file.spec.layers.map((layer) =>
    layer.op === 'conv' ? { ...layer, groups: 1 } : layer,
  );
  return { ...file, spec: { ...file.spec, layers }, weights };
}

/**
 * The way back: filters whose numbers between the towers are all zero lose them.
 *
 * @param spec the network with groups that `file` is the same as
 * @throws FormatError not-allowed where a number that would be lost is not zero
 */
export function joinGroups(file: Model, spec: NetworkSpec): Model {
  const weights = new Map(file.weights);
  for (const layer of grouped(spec)) {
    const name = `${layer.name}.weight`;
    const weight = weights.get(name);
    if (!weight) throw new FormatError('missing-tensor', `"${name}" is missing`);
    weights.set(name, compress(name, weight, layer.groups));
  }
  return { ...file, spec, weights };
}

function grouped({ layers }: NetworkSpec): readonly ConvSpec[] {
  return layers.flatMap((layer) => (layer.op === 'conv' && layer.groups > 1 ? [layer] : []));
}

function expand({ shape, data }: Weight, groups: number): Weight {
  const [height = 1, width = 1, inputs = 1, outputs = 1] = shape;
  const block = outputs / groups;
  const result = new Float32Array(data.length * groups);
  for (let row = 0; row < height * width * inputs; row++) {
    const pixel = Math.floor(row / inputs);
    for (let group = 0; group < groups; group++) {
      const from = row * outputs + group * block;
      const input = pixel * inputs * groups + group * inputs + (row % inputs);
      result.set(data.subarray(from, from + block), input * outputs + group * block);
    }
  }
  return { shape: [height, width, inputs * groups, outputs], data: result };
}

function compress(name: string, { shape, data }: Weight, groups: number): Weight {
  const [height = 1, width = 1, inputs = 1, outputs = 1] = shape;
  const block = outputs / groups;
  const own = inputs / groups;
  if (!Number.isInteger(block) || !Number.isInteger(own)) {
    throw new FormatError('bad-shape', `"${name}" [${shape}] cannot be cut into ${groups}`);
  }
  const result = new Float32Array(data.length / groups);
  data.forEach((value, at) => {
    const output = at % outputs;
    const row = Math.floor(at / outputs);
    const input = row % inputs;
    const group = Math.floor(output / block);
    if (Math.floor(input / own) === group) {
      const pixel = Math.floor(row / inputs);
      result[(pixel * own + (input % own)) * outputs + output] = value;
    } else if (value !== 0) {
      throw new FormatError(
        'not-allowed',
        `"${name}" joins the towers: a number between them is ${value}`,
      );
    }
  });
  return { shape: [height, width, own, outputs], data: result };
}
