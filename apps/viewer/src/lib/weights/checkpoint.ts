import { decodeSafetensors, looksLikeSafetensors, type Model, type Weight } from '@alexnet/convert';

/** Key of the metadata that makes a safetensors file a checkpoint (`alexnet train`). */
const MARK = 'alexnet.checkpoint';
/** The moving average is what a run's weights are made of, where it keeps one. */
const GROUPS = ['average', 'weights'] as const;

/** Whether a file is a checkpoint of `alexnet train`. */
export function isCheckpoint(bytes: Uint8Array): boolean {
  return looksLikeSafetensors(bytes.subarray(0, 9)) && decodeSafetensors(bytes).metadata.has(MARK);
}

/**
 * A network with the weights that one of its run's checkpoints has: a checkpoint does not say what
 * network it belongs to.
 *
 * @param run the network of the run, as its weights file has it
 * @throws Error in one line when the checkpoint is of another network
 */
export function atCheckpoint(run: Model, name: string, bytes: Uint8Array): Model {
  const { tensors } = decodeSafetensors(bytes);
  const group = GROUPS.find((prefix) =>
    [...tensors.keys()].some((key) => key.startsWith(`${prefix}/`)),
  );
  const weights = new Map<string, Weight>();
  for (const [key, { shape }] of run.weights) {
    const found = tensors.get(`${group}/${key}`);
    if (found?.dtype !== 'F32' || found.shape.join() !== shape.join()) {
      throw new Error(
        `${name} is a checkpoint of another network: its ${key} is ${found ? found.shape.join(' × ') : 'missing'}, not ${shape.join(' × ')}.`,
      );
    }
    // A copy: the file's bytes need not be aligned to four.
    weights.set(key, { shape, data: new Float32Array(new Uint8Array(found.data).buffer) });
  }
  return { ...run, weights, provenance: { checkpoint: name } };
}
