import type { AlexNetKernels } from '@alexnet/model';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { conv2dInfo } from '../../kernels/conv2d-info.js';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import {
  type Attributes,
  type Handle,
  type RawOps,
  type TensorflowBackend,
  TF_INT32,
  withRawOps,
} from './raw-ops.js';
import { firstOfTwo, withSecondFilters } from './second-filters.js';

/**
 * Grouped convolution and its two gradients, one op each. TensorFlow infers the groups from the
 * shapes (input channels / filter channels); tfjs refuses such filters (tfjs-core/src/ops/conv2d.ts).
 *
 * Attributes: `strides` [height, width] in pixels, `pad` [[0, 0], [top, bottom], [left, right],
 * [0, 0]] in pixels, and the shape asked for. Tensors are NHWC, filters [kh, kw, in / groups, out].
 *
 * On a processor only oneDNN differentiates grouped convolutions, and it takes the two words for
 * padding but no pixels; so other paddings are added by an op of their own. Where oneDNN is absent
 * or switched off (TF_ENABLE_ONEDNN_OPTS=0) nothing is registered and callers keep their plain twin.
 */
export function registerGroupedConv2D(tf: Tf): void {
  if (!differentiatesGroups(tf)) return;
  registerKernel(tf, 'tensorflow', 'AlexNetGroupedConv2D', ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs;
    const { word, pad, attributes } = geometry(attrs, x.shape, filter.shape);
    return withRawOps(backend, (ops) => {
      const padded = word ? ops.input(x) : zeroPad(ops, x, pad);
      const run = (filters: Handle) => ops.run('Conv2D', attributes, [padded, filters]);
      const own = ops.input(filter);
      return isSingle(attrs, filter.shape)
        ? firstOfTwo(ops, run(withSecondFilters(ops, own)))
        : run(own);
    });
  });

  registerKernel(tf, 'tensorflow', 'AlexNetGroupedConv2DBackpropInput', (call) =>
    inputGradient(call.backend, call.inputs, call.attrs),
  );

  // tfjs' own, where one channel meets one filter: see withSecondFilters.
  registerKernel(tf, 'tensorflow', 'Conv2DBackpropInput', (call) => {
    const { filter } = call.inputs;
    const { inputShape, dataFormat } = call.attrs;
    if (`${filter.shape.slice(2)}` !== '1,1' || dataFormat === 'NCHW') return call.fallBack();
    const { padInfo, ...info } = conv2dInfo(tf, inputShape, filter.shape, call.attrs);
    const rows = [padInfo.top, padInfo.bottom] as const;
    const columns = [padInfo.left, padInfo.right] as const;
    return inputGradient(call.backend, call.inputs, {
      strides: [info.strideHeight, info.strideWidth],
      pad: [[0, 0], rows, columns, [0, 0]],
      groups: 1,
      inputShape,
    });
  });

  registerKernel(
    tf,
    'tensorflow',
    'AlexNetGroupedConv2DBackpropFilter',
    ({ inputs, attrs, backend }) => {
      const { x, dy } = inputs;
      const shape = attrs.filterShape;
      const { word, pad, attributes } = geometry(attrs, x.shape, shape);
      return withRawOps(backend, (ops) => {
        const padded = word ? ops.input(x) : zeroPad(ops, x, pad);
        const from = [padded, ops.ints(shape), ops.input(dy)];
        return ops.run('Conv2DBackpropFilter', attributes, from);
      });
    },
  );
}

function inputGradient(
  backend: TensorflowBackend,
  { filter, dy }: { readonly filter: TensorInfo; readonly dy: TensorInfo },
  attrs: AlexNetKernels['AlexNetGroupedConv2DBackpropInput']['attrs'],
) {
  const shape = attrs.inputShape;
  const { word, pad, paddedShape, attributes } = geometry(attrs, shape, filter.shape);
  return withRawOps(backend, (ops) => {
    const sizes = ops.ints(word ? shape : paddedShape);
    const own = [ops.input(filter), ops.input(dy)];
    const pair = isSingle(attrs, filter.shape)
      ? own.map((each) => withSecondFilters(ops, each))
      : own;
    const dx = ops.run('Conv2DBackpropInput', attributes, [sizes, ...pair]);
    if (word) return dx;
    const begin = ops.ints(pad.map(([before]) => before));
    return ops.run('Slice', { Index: TF_INT32 }, [dx, begin, ops.ints(shape)]);
  });
}

/** Whether every group has one filter alone. */
function isSingle({ groups }: { readonly groups: number }, filterShape: readonly number[]) {
  return filterShape[3] === groups;
}

type Pad = readonly (readonly [number, number])[];

/** Which of TensorFlow's words the padding is, if any, and the op's attributes. */
function geometry(
  { strides, pad }: { readonly strides: readonly [number, number]; readonly pad: Pad },
  inputShape: readonly number[],
  filterShape: readonly number[],
) {
  const word = paddingWord(pad, inputShape, filterShape, strides);
  const attributes: Attributes = {
    strides: [1, strides[0], strides[1], 1],
    padding: word ?? 'VALID',
    data_format: 'NHWC',
    dilations: [1, 1, 1, 1],
  };
  const paddedShape = inputShape.map((size, axis) => {
    const [before = 0, after = 0] = pad[axis] ?? [];
    return size + before + after;
  });
  return { word, pad, paddedShape, attributes };
}

function paddingWord(
  pad: Pad,
  inputShape: readonly number[],
  filterShape: readonly number[],
  strides: readonly [number, number],
): 'VALID' | 'SAME' | undefined {
  if (pad.flat().every((size) => size === 0)) return 'VALID';
  const same = [0, 1].every((axis) => {
    const size = inputShape[axis + 1] ?? 0;
    const stride = strides[axis] ?? 1;
    const [before = 0, after = 0] = pad[axis + 1] ?? [];
    // Source: the documentation of tf.nn, "SAME": half before, the odd pixel after.
    const total = Math.max(
      0,
      (Math.ceil(size / stride) - 1) * stride + (filterShape[axis] ?? 0) - size,
    );
    return before === Math.floor(total / 2) && before + after === total;
  });
  return same ? 'SAME' : undefined;
}

function zeroPad(ops: RawOps, x: TensorInfo, pad: Pad): Handle {
  const flat = ops.ints(pad.flat());
  const paddings = ops.run('Reshape', { T: TF_INT32 }, [flat, ops.ints([4, 2])]);
  return ops.run('Pad', { Tpaddings: TF_INT32 }, [ops.input(x), paddings]);
}

/** Tries the smallest grouped gradient once. */
function differentiatesGroups(tf: Tf): boolean {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  const { binding } = backend;
  const create = (shape: readonly number[]) =>
    binding.createTensor(
      shape,
      binding.TF_FLOAT,
      new Float32Array(shape.reduce((a, b) => a * b, 1)),
    );
  const x = create([1, 3, 3, 2]);
  const dy = create([1, 2, 2, 2]);
  try {
    withRawOps(backend, (ops) => {
      const handle = (id: number) => ({ metadata: { id, shape: [], dtype: binding.TF_FLOAT } });
      const { attributes } = geometry({ strides: [1, 1], pad: [] }, [], []);
      ops.run('Conv2DBackpropFilter', attributes, [handle(x), ops.ints([2, 2, 1, 2]), handle(dy)]);
      return [];
    });
    return true;
  } catch {
    return false;
  } finally {
    binding.deleteTensor(x);
    binding.deleteTensor(dy);
  }
}
