import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRng } from '@alexnet/augment';
import type { Model } from '@alexnet/convert';
import {
  buildNetwork,
  type InputSpec,
  type NetworkSpec,
  type Preprocessing,
  registerLayers,
  type Tf,
} from '@alexnet/model';
import type { io, Tensor4D } from '@tensorflow/tfjs-core';

type Order = Preprocessing['channelOrder'];

/** One image of noise `[h, w, c]`, RGB, in the range prepared images have. */
export function probeImage({ input }: NetworkSpec, range: Preprocessing['range']): Float32Array {
  const rng = createRng(2012);
  const scale = range === 255 ? 128 : 2;
  return Float32Array.from(
    { length: input.height * input.width * input.channels },
    () => scale * (2 * rng.next() - 1),
  );
}

/** The image as a network wants it, which takes its channels in `order`. */
export function inOrder(image: Float32Array, channels: number, order: Order): Float32Array {
  if (order === 'rgb' || channels !== 3) return image;
  return image.map((_, at) => image[at + 2 - 2 * (at % 3)] ?? 0);
}

/** Logits of one image through tfjs. */
export async function runTfjs(
  tf: Tf,
  { spec, weights }: Model,
  image: Float32Array,
): Promise<Float32Array> {
  const { height, width, channels } = spec.input;
  const network = buildNetwork(tf, spec, { weights });
  const x = tf.tensor4d(image, [1, height, width, channels]) as Tensor4D;
  try {
    const logits = network.forward(x);
    const values = await logits.data();
    logits.dispose();
    return Float32Array.from(values);
  } finally {
    x.dispose();
    network.dispose();
  }
}

/**
 * Logits, or what the file makes of them, of one image through the ONNX file itself; null where
 * onnxruntime-node is not installed.
 *
 * @throws Error where no output has a number for each class
 */
export async function runOnnx(
  path: string,
  { input, classes }: NetworkSpec,
  image: Float32Array,
): Promise<Float32Array | null> {
  const runtime = await import('onnxruntime-node').catch(() => null);
  if (!runtime) return null;
  const { height, width, channels } = input;
  const planes = inPlanes(image, input);
  const session = await runtime.InferenceSession.create(path, { logSeverityLevel: 3 });
  try {
    const [name = 'input'] = session.inputNames;
    const [first] = session.inputMetadata;
    const sizes = first?.isTensor ? first.shape : [];
    const x =
      sizes[3] === channels && sizes[1] !== channels
        ? new runtime.Tensor('float32', image, [1, height, width, channels])
        : new runtime.Tensor('float32', planes, [1, channels, height, width]);
    const found = await session.run({ [name]: x });
    const output = session.outputNames.find((name) => found[name]?.size === classes);
    if (output === undefined) throw new Error(`no output has ${classes} numbers`);
    return Float32Array.from((found[output]?.data ?? []) as Float32Array);
  } finally {
    await session.release();
  }
}

/**
 * Logits, or what the file makes of them, of one image through a TF.js layers model itself.
 *
 * @throws Error where it does not load or no output has a number for each class
 */
export async function runLayersModel(
  tf: Tf,
  path: string,
  { input, classes }: NetworkSpec,
  image: Float32Array,
): Promise<Float32Array> {
  registerLayers(tf);
  const network = await tf.loadLayersModel({ load: () => layersModelFiles(path) });
  const { height, width, channels } = input;
  const [, first] = network.inputs[0]?.shape ?? [];
  const planes = first === channels && height !== channels;
  const shape = planes ? [1, channels, height, width] : [1, height, width, channels];
  const logits = tf.tidy(() => {
    const output = network.predict(tf.tensor(planes ? inPlanes(image, input) : image, shape));
    return [output].flat().find(({ size }) => size === classes);
  });
  network.dispose();
  if (!logits) throw new Error(`no output has ${classes} numbers`);
  const values = await logits.data();
  logits.dispose();
  return Float32Array.from(values);
}

/** A model.json and its shards. */
async function layersModelFiles(path: string): Promise<io.ModelArtifacts> {
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(path, 'utf8'));
  const groups: { paths: string[]; weights: io.WeightsManifestEntry[] }[] = weightsManifest;
  const paths = groups.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((shard) => readFile(join(dirname(path), shard))));
  return {
    modelTopology,
    weightSpecs: groups.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(shards)).buffer,
  };
}

/** Rows of pixels as planes of channels. */
function inPlanes(image: Float32Array, { height, width, channels }: InputSpec): Float32Array {
  const area = height * width;
  return image.map((_, at) => image[(at % area) * channels + Math.floor(at / area)] ?? 0);
}
