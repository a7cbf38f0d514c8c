import { parseBackendName } from '../selection/backend-name.js';
import { firstThatWorks, type Selection, type SelectOptions } from '../selection/select.js';
import { NODE_BACKENDS, nodeCandidates } from './node-candidates.js';

/**
 * Chooses and prepares the best backend of this machine.
 *
 * Order: the one asked for (`require`, `prefer`, else ALEXNET_BACKEND), GPU TensorFlow, hardware
 * WebGPU, TensorFlow on the processor, wasm, cpu. A software WebGPU adapter is taken only when asked
 * for. Throws an Error in one line for an unknown name, and when the required backend does not work.
 */
export async function selectBackend(options: SelectOptions = {}): Promise<Selection> {
  const wanted = options.require ?? options.prefer ?? process.env.ALEXNET_BACKEND;
  const required = options.require !== undefined;
  const name = wanted || required ? parseBackendName(wanted ?? '', NODE_BACKENDS) : undefined;
  return firstThatWorks(nodeCandidates(name), { name, required });
}
