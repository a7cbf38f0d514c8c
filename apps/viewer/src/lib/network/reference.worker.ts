import type { Weight } from '@alexnet/convert';
import { buildNetwork, type NetworkSpec } from '@alexnet/model';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';

export interface ReferenceRequest {
  readonly spec: NetworkSpec;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Prepared image, [1, h, w, channels] flattened. */
  readonly input: Float32Array;
  readonly names: readonly string[];
}

export type ReferenceReply =
  | { readonly maps: ReadonlyMap<string, Float32Array> }
  | { readonly error: string };

/** The plain JavaScript backend computes the same pass, away from the page: the yardstick. */
addEventListener('message', async ({ data }: MessageEvent<ReferenceRequest>) => {
  try {
    await core.setBackend('cpu');
    const network = buildNetwork({ ...core, ...layers }, data.spec);
    network.setWeights(data.weights);
    const { height, width, channels } = data.spec.input;
    const x = core.tensor4d(data.input, [1, height, width, channels]);
    const maps = new Map<string, Float32Array>();
    for (const [name, tensor] of network.activations(x, data.names)) {
      maps.set(name, (await tensor.data()) as Float32Array);
    }
    reply({ maps });
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : String(error) });
  }
});

function reply(message: ReferenceReply): void {
  postMessage(message);
}
