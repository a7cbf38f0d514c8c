import {
  inferShapes,
  type LayerSpec,
  type LrnSpec,
  type MapNormSpec,
  type Padding,
  type Weight,
} from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { toCanonical } from '../layout/canonical.js';
import { serializeDescription } from '../model-file/metadata.js';
import type { Model } from '../model-file/model-file.js';
import { OnnxGraphWriter } from './graph-writer.js';

const ACTIVATION = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid' } as const;

/**
 * Writes the whole network for inference, opset 13: input `input` `[batch, c, h, w]` float32,
 * already preprocessed; outputs `logits` and `probabilities` `[batch, classes]`. A network without
 * a flatten (conv or gap head) takes any height and width. The preprocessing, the class names and
 * the spec are in `metadata_props` under `alexnet`, the same JSON as in a safetensors file.
 *
 * @throws FormatError when weights and spec disagree
 */
export function writeOnnx(file: Model): Uint8Array {
  const { spec } = file;
  const weights = toCanonical(spec, file.weights);
  const graph = new OnnxGraphWriter();
  const { height, width, channels } = spec.input;
  const anySize = !spec.layers.some(({ op }) => op === 'flatten');
  const size = anySize ? (['height', 'width'] as const) : ([height, width] as const);
  graph.input('input', ['batch', channels, ...size]);

  let value = 'input';
  const shapes = inferShapes(spec);
  for (const [index, layer] of spec.layers.entries()) {
    const entering = shapes[index]?.input.at(-1) ?? channels;
    value = addLayer(graph, layer, { value, channels: entering, weights });
  }
  graph.node('Identity', 'logits', [value]);
  graph.node('Softmax', 'probabilities', ['logits'], { axis: { integer: 1 } });
  graph.output('logits', ['batch', spec.classes]);
  graph.output('probabilities', ['batch', spec.classes]);
  return graph.finish(
    spec.preset,
    new Map([['alexnet', serializeDescription(file, { inlineMean: true })]]),
  );
}

interface Context {
  /** Name of the layer's input. */
  readonly value: string;
  /** Channels of the layer's input. */
  readonly channels: number;
  readonly weights: ReadonlyMap<string, Weight>;
}

/** Adds one layer and returns the name of its output. */
function addLayer(graph: OnnxGraphWriter, layer: LayerSpec, context: Context): string {
  const { name } = layer;
  const { value, channels, weights } = context;
  const parameter = (part: string) => {
    const key = `${name}.${part}`;
    const weight = weights.get(key);
    if (!weight) throw new FormatError('missing-tensor', `ONNX: "${key}" is missing`);
    return graph.floats(key, weight.shape, weight.data);
  };
  switch (layer.op) {
    case 'conv':
      return graph.node('Conv', name, [value, parameter('weight'), parameter('bias')], {
        kernel_shape: { integers: layer.kernel },
        strides: { integers: [layer.stride, layer.stride] },
        pads: { integers: pads(layer.padding) },
        group: { integer: layer.groups },
      });
    case 'dense':
      return graph.node('Gemm', name, [value, parameter('weight'), parameter('bias')], {
        transB: { integer: 1 },
      });
    case 'activation':
      return layer.slope === undefined
        ? graph.node(ACTIVATION[layer.function], name, [value])
        : graph.node('LeakyRelu', name, [value], { alpha: { float: layer.slope } });
    case 'pool':
      return graph.node(layer.kind === 'max' ? 'MaxPool' : 'AveragePool', name, [value], {
        kernel_shape: { integers: [layer.size, layer.size] },
        strides: { integers: [layer.stride, layer.stride] },
        ...(layer.padding ? { pads: { integers: pads(layer.padding) } } : {}),
        ...(layer.rounding ? { ceil_mode: { integer: 1 } } : {}),
        ...(layer.countPadding && layer.kind === 'avg'
          ? { count_include_pad: { integer: 1 } }
          : {}),
      });
    case 'lrn':
      return layer.groups === 1
        ? addLrn(graph, layer, name, value)
        : addTowerLrn(graph, layer, value, channels);
    case 'mapnorm':
      return addMapNorm(graph, layer, value);
    case 'batchnorm': {
      const parts = ['weight', 'bias', 'running_mean', 'running_var'].map(parameter);
      const epsilon = { float: layer.epsilon };
      return graph.node('BatchNormalization', name, [value, ...parts], { epsilon });
    }
    case 'dropout': {
      // Scaling in training leaves nothing to do here; the 2012 form halves the activations instead.
      if (layer.scaling === 'train') return value;
      const keep = graph.floats(`${name}.keep`, [], Float32Array.of(1 - layer.rate));
      return graph.node('Mul', name, [value, keep]);
    }
    case 'flatten':
      return graph.node('Flatten', name, [value], { axis: { integer: 1 } });
    case 'globalpool': {
      const mean = graph.node('GlobalAveragePool', `${name}.mean`, [value]);
      return graph.node('Flatten', name, [mean], { axis: { integer: 1 } });
    }
  }
}

/** ONNX divides alpha by the window, the spec does not. */
function addLrn(graph: OnnxGraphWriter, layer: LrnSpec, name: string, value: string): string {
  return graph.node('LRN', name, [value], {
    size: { integer: layer.size },
    alpha: { float: layer.sumCoeff * layer.size },
    beta: { float: layer.beta },
    bias: { float: layer.k },
  });
}

/** Each tower alone: one LRN over all channels would differ on those beside the border. */
function addTowerLrn(
  graph: OnnxGraphWriter,
  layer: LrnSpec,
  value: string,
  channels: number,
): string {
  const { name, groups } = layer;
  const towers = Array.from({ length: groups }, (_, tower) => `${name}.tower${tower}`);
  const sizes = graph.integers(`${name}.sizes`, Array(groups).fill(channels / groups));
  graph.node('Split', `${name}.split`, [value, sizes], { axis: { integer: 1 } }, towers);
  const normal = towers.map((tower) => addLrn(graph, layer, `${tower}.lrn`, tower));
  return graph.node('Concat', name, normal, { axis: { integer: 1 } });
}

/** No operator sums squares inside a map: an average that counts the padding, times its size, does. */
function addMapNorm(graph: OnnxGraphWriter, layer: MapNormSpec, value: string): string {
  const { name, size, sumCoeff, k, beta } = layer;
  const scalar = (part: string, number: number) =>
    graph.floats(`${name}.${part}`, [], Float32Array.of(number));
  const side = (size - 1) / 2;
  const squares = graph.node('Mul', `${name}.squares`, [value, value]);
  const mean = graph.node('AveragePool', `${name}.mean`, [squares], {
    kernel_shape: { integers: [size, size] },
    pads: { integers: [side, side, side, side] },
    count_include_pad: { integer: 1 },
  });
  const factor = scalar('factor', sumCoeff * size * size);
  const scaled = graph.node('Mul', `${name}.scaled`, [mean, factor]);
  const base = graph.node('Add', `${name}.base`, [scaled, scalar('k', k)]);
  const power = graph.node('Pow', `${name}.power`, [base, scalar('exponent', -beta)]);
  return graph.node('Mul', name, [value, power]);
}

function pads({ top, left, bottom, right }: Padding): readonly number[] {
  return [top, left, bottom, right];
}
