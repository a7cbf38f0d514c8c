import type { Network, Tf } from '@alexnet/model';
import type { HeatMap } from './heat-image.js';

type Scalar = import('@tensorflow/tfjs-core').Scalar;
type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/** The whole map, and each tower's share of it where there are two. */
export interface GradCam {
  readonly whole: HeatMap;
  readonly towers: readonly [a: HeatMap, b: HeatMap] | null;
}

/** The last layer that still has places in it and is no longer linear: relu5, or pool5's input. */
export function camLayer(network: Network): string {
  const layers = network.spec.layers;
  const last = layers.map(({ op }) => op).lastIndexOf('conv');
  const conv5 = layers.findIndex(({ name }) => name === 'conv5');
  const from = conv5 >= 0 ? conv5 : last;
  const next = layers[from + 1];
  const chosen = next?.op === 'activation' ? next : layers[from];
  if (!chosen) throw new Error('This network has no convolution to look at.');
  return chosen.name;
}

/**
 * Grad-CAM (Selvaraju et al. 2016): relu(Σ w·A) over the maps A of the last convolution, w the mean
 * slope of the class's logit over each map.
 *
 * `x` is one prepared image [1, h, w, 3]. With `towers`, the sum is also taken over each half of
 * the maps alone.
 */
export async function gradCam(
  tf: Tf,
  network: Network,
  x: Tensor4D,
  target: number,
  towers: boolean,
): Promise<GradCam> {
  const name = camLayer(network);
  const maps = network.activations(x, [name]).get(name);
  if (!maps) throw new Error(`The network gave no maps for ${name}.`);
  const after = network.model.layers.slice(
    network.model.layers.findIndex((layer) => layer.name === name) + 1,
  );
  const logit = (a: Tensor) => {
    let value = a;
    for (const layer of after) value = layer.apply(value) as Tensor;
    return tf.sum(tf.slice(value, [0, target], [1, 1])) as Scalar;
  };
  const [, height = 1, width = 1, channels = 1] = maps.shape;
  const weighted = tf.tidy(() => {
    const weights = tf.mean(tf.grad(logit)(maps), [1, 2], true);
    return tf.mul(maps, weights);
  });
  const halves = (start: number, count: number) =>
    tf.tidy(() =>
      tf.relu(tf.sum(tf.slice(weighted, [0, 0, 0, start], [1, height, width, count]), -1)),
    );
  const read = async (tensor: Tensor): Promise<HeatMap> => {
    const data = (await tensor.data()) as Float32Array;
    tensor.dispose();
    return { width, height, data };
  };
  try {
    const whole = await read(halves(0, channels));
    if (!towers || channels % 2) return { whole, towers: null };
    const half = channels / 2;
    return { whole, towers: [await read(halves(0, half)), await read(halves(half, half))] };
  } finally {
    tf.dispose([maps, weighted]);
  }
}
