import type { Selection } from '@alexnet/backend';
import type { Weight } from '@alexnet/convert';
import type { Network } from '@alexnet/model';
import type { ReferenceReply, ReferenceRequest } from './reference.worker.js';
import { relativeError, TOLERANCE } from './tolerance.js';

export interface Verification {
  /** Largest relative difference of each layer, in running order. */
  readonly layers: readonly { readonly layer: string; readonly error: number }[];
  readonly worst: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** Runs a job while the network holds the file's own weights and nobody else uses it. */
export type RunIntact = (job: () => Promise<void>) => Promise<void>;

/**
 * Compares every layer of one fixed test pattern with the plain JavaScript reference.
 *
 * `weights` are the file's; `amplitude` is the size of prepared pixel values, so that activations
 * are as large as real ones.
 */
export async function verify(
  { tf, name }: Selection,
  network: Network,
  weights: ReadonlyMap<string, Weight>,
  amplitude: number,
  runIntact: RunIntact,
): Promise<Verification> {
  const { height, width, channels } = network.spec.input;
  const input = testPattern(height, width, channels, amplitude);
  const names = network.spec.layers
    .filter(({ op }) => op !== 'dropout' && op !== 'flatten')
    .map((layer) => layer.name);
  const reference = computeReference({ spec: network.spec, weights, input, names });
  const own = new Map<string, Float32Array>();
  await runIntact(async () => {
    const x = tf.tensor4d(input, [1, height, width, channels]);
    for (const [layer, tensor] of network.activations(x, names)) {
      own.set(layer, (await tensor.data()) as Float32Array);
      tensor.dispose();
    }
    x.dispose();
  });
  const expected = await reference;
  const layers = names.map((layer) => ({
    layer,
    error: relativeError(
      own.get(layer) ?? new Float32Array(),
      expected.get(layer) ?? new Float32Array(1),
    ),
  }));
  const worst = Math.max(0, ...layers.map(({ error }) => error));
  const tolerance = TOLERANCE[name] ?? 1e-3;
  return { layers, worst, tolerance, passed: worst <= tolerance };
}

/** Waves of several lengths and colors between ±`amplitude`: something for every filter, no ties. */
function testPattern(
  height: number,
  width: number,
  channels: number,
  amplitude: number,
): Float32Array {
  const data = new Float32Array(height * width * channels);
  for (let i = 0; i < data.length; i++) {
    const c = i % channels;
    const px = Math.floor(i / channels) % width;
    const py = Math.floor(i / channels / width);
    const wave =
      Math.sin(0.31 * px + 0.17 * py + c) +
      Math.sin((0.043 + 0.011 * c) * (px * px + py * py) * 0.02);
    data[i] = (amplitude / 2) * wave;
  }
  return data;
}

function computeReference(request: ReferenceRequest): Promise<ReadonlyMap<string, Float32Array>> {
  const worker = new Worker(new URL('./reference.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<ReadonlyMap<string, Float32Array>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ReferenceReply>) => {
      if ('maps' in data) resolve(data.maps);
      else reject(new Error(data.error));
    };
    worker.onerror = (event) =>
      reject(new Error(event.message || 'The reference could not start.'));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
