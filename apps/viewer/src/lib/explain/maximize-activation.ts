import { createRng, prepareImage, type RgbImage } from '@alexnet/augment';
import type { Network, Preprocessing, Tf } from '@alexnet/model';
import { cropViews } from './crop-views.js';
import { fourierImage } from './fourier-image.js';
import { phaseImage } from './phase-image.js';
import { shake } from './shake.js';

type Scalar = import('@tensorflow/tfjs-core').Scalar;
type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/**
 * How an image may grow: `fourier` as Olah et al. 2017, `maco` in its phases alone (Fel et al. 2023),
 * which cannot make more contrast or detail than photographs have.
 */
export type Parametrization = 'fourier' | 'maco';

export interface MaximizeOptions {
  readonly parametrization?: Parametrization;
  /** A layer with weights: its output before the activation function is followed. */
  readonly layer: string;
  /** Channel or unit of that layer. */
  readonly unit: number;
  /** Whole number from 0; the same one gives the same image on the same backend. */
  readonly seed: number;
}

/** An image that grows towards what excites a unit. */
export interface Maximizer {
  /** Steps taken. */
  readonly steps: number;
  /** Takes some steps uphill. */
  advance(steps: number): void;
  /** What the unit makes of the image as it is, unshaken: the mean over its map, or its number. */
  value(): Promise<number>;
  /** The image as it is. */
  image(): Promise<RgbImage>;
  dispose(): void;
}

/** Steps to take: Olah et al. take 512, most of the image is there after half of them; Fel et al. 256. */
export const STEPS = 256;

/** Of Adam: Lucid's usual one, and that of Fel et al. for phases. */
const LEARNING_RATES: Readonly<Record<Parametrization, number>> = { fourier: 0.05, maco: 1 };
/** Adam's constants (Kingma and Ba 2015). */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Activation maximization (Erhan et al. 2009). With `fourier` an image in Fourier space and
 * decorrelated colors is shaken before each step and followed uphill by Adam, as in Olah et al. 2017.
 * With `maco` only its phases move, uphill for random parts of it with some noise, by Adam looking one
 * step ahead (Nadam), as in Fel et al. 2023.
 */
export function maximizeActivation(
  tf: Tf,
  network: Network,
  preprocessing: Preprocessing,
  { layer, unit, seed, parametrization = 'fourier' }: MaximizeOptions,
): Maximizer {
  const { height, width } = network.spec.input;
  const maco = parametrization === 'maco';
  const canvas = (maco ? phaseImage : fourierImage)(tf, height, width, seed);
  const { shape } = canvas;
  const rate = LEARNING_RATES[parametrization];
  const prepare = preparation(tf, preprocessing, height, width);
  const rng = createRng(seed, 2);
  let coefficients: Tensor = tf.tensor3d(canvas.start, [...shape]);
  let first: Tensor = tf.zeros([...shape]);
  let second: Tensor = tf.zeros([...shape]);
  let steps = 0;

  const response = (image: Tensor4D) => responseOf(tf, network, layer, unit, prepare.apply(image));

  const views = (image: Tensor4D) => (maco ? cropViews(tf, image, rng) : shake(tf, image, rng));

  function step(): void {
    steps++;
    const next = tf.tidy(() => {
      const loss = (c: Tensor) => tf.neg(response(views(canvas.draw(c)))) as Scalar;
      const slope = tf.grad(loss)(coefficients);
      const m = tf.add(tf.mul(first, BETA1), tf.mul(slope, 1 - BETA1));
      const v = tf.add(tf.mul(second, BETA2), tf.mul(tf.square(slope), 1 - BETA2));
      const spread = tf.add(tf.sqrt(tf.div(v, 1 - BETA2 ** steps)), EPSILON);
      const ahead = maco ? tf.add(tf.mul(m, BETA1), tf.mul(slope, 1 - BETA1)) : m;
      const change = tf.div(tf.div(ahead, 1 - BETA1 ** steps), spread);
      return [m, v, tf.sub(coefficients, tf.mul(change, rate))] as const;
    });
    tf.dispose([coefficients, first, second]);
    [first, second, coefficients] = next;
  }

  return {
    get steps() {
      return steps;
    },
    advance(count) {
      for (let i = 0; i < count; i++) step();
    },
    async value() {
      const value = tf.tidy(() => response(canvas.draw(coefficients)));
      const [number = 0] = await value.data();
      value.dispose();
      return number;
    },
    async image() {
      const pixels = tf.tidy(() => tf.mul(canvas.draw(coefficients), 255));
      const values = await pixels.data();
      pixels.dispose();
      return { height, width, data: Uint8Array.from(values, Math.round) };
    },
    dispose() {
      tf.dispose([coefficients, first, second]);
      canvas.dispose();
      prepare.dispose();
    },
  };
}

/**
 * What one channel of a layer makes of a prepared image [1, height, width, 3]: the mean over its
 * map, or the number of a dense unit.
 */
function responseOf(tf: Tf, network: Network, layer: string, unit: number, x: Tensor4D): Scalar {
  let value: Tensor = x;
  for (const one of network.model.layers) {
    if (one.getClassName() === 'InputLayer') continue;
    value = one.apply(value) as Tensor;
    if (one.name === layer) break;
  }
  const start = value.shape.map(() => 0);
  start[start.length - 1] = unit;
  const size = [...value.shape];
  size[size.length - 1] = 1;
  return tf.mean(tf.slice(value, start, size)) as Scalar;
}

/** Pixels from 0 to 1 to what the network reads: preparation is a gain and an offset for each of them. */
function preparation(tf: Tf, preprocessing: Preprocessing, height: number, width: number) {
  const side = preprocessing.resize.shorterSide;
  const flat = (level: number) =>
    prepareImage(
      { height: side, width: side, data: new Uint8Array(side * side * 3).fill(level) },
      preprocessing,
    );
  const [black, white] = [flat(0), flat(255)];
  const shape: [number, number, number, number] = [1, height, width, 3];
  const offset = tf.tensor4d(black, shape);
  const gain = tf.tensor4d(
    white.map((value, index) => value - (black[index] ?? 0)),
    shape,
  );
  return {
    apply: (image: Tensor4D) => tf.add(tf.mul(image, gain), offset) as Tensor4D,
    dispose: () => tf.dispose([offset, gain]),
  };
}
