import { FormatError } from '../format-error.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import type { CaffeLayer, CaffeNet } from './caffe-net.js';

/**
 * Names the blobs of a net: `conv1.weight`, `conv1.bias`, and for a BatchNorm and the Scale after
 * it the four batch norm parameters. Layers without blobs, such as the splits Caffe inserts, are
 * passed over; a layer listed for training and again for testing counts once.
 */
export function collectTensors(net: CaffeNet): StoredTensors {
  const tensors: StoredTensors = new Map();
  const add = (name: string, tensor: StoredTensor | undefined) => {
    if (tensor && !tensors.has(name)) tensors.set(name, tensor);
  };
  for (const layer of net.layers) {
    const [first, second, third] = layer.blobs;
    if (!first) continue;
    if (layer.type === 'BatchNorm') {
      add(`${layer.name}.running_mean`, first && divided(first, third));
      add(`${layer.name}.running_var`, second && divided(second, third));
    } else if (layer.type === 'Scale') {
      const norm = layer.name.replace(/_scale$/, '');
      add(`${norm}.weight`, first);
      add(`${norm}.bias`, second);
    } else {
      add(`${layer.name}.weight`, squeezed(layer, first));
      add(`${layer.name}.bias`, second && vector(second));
    }
  }
  return tensors;
}

/** A dense weight of the 4-D era is `[1, 1, out, in]`; only these known sides are dropped. */
function squeezed({ type, name }: CaffeLayer, tensor: StoredTensor): StoredTensor {
  const { shape } = tensor;
  if (type !== 'InnerProduct' || shape.length !== 4) return tensor;
  if (shape[0] !== 1 || shape[1] !== 1) {
    throw new FormatError('bad-shape', `caffe: "${name}" is dense but has shape [${shape}]`);
  }
  return { ...tensor, shape: shape.slice(2) };
}

/** A bias of the 4-D era is `[1, 1, 1, n]`. */
function vector(tensor: StoredTensor): StoredTensor {
  const { shape } = tensor;
  const leading = shape.slice(0, -1).every((side) => side === 1);
  return shape.length === 4 && leading ? { ...tensor, shape: shape.slice(3) } : tensor;
}

/** Caffe keeps running sums and the number to divide them by; 0 means nothing was ever added. */
function divided(tensor: StoredTensor, factor: StoredTensor | undefined): StoredTensor {
  return {
    ...tensor,
    async read() {
      const [values, [by = 1] = []] = await Promise.all([tensor.read(), factor?.read()]);
      return by === 0 ? values.fill(0) : values.map((value) => value / by);
    },
  };
}
