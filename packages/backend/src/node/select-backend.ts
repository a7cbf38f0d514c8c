import { openCpu } from '../cpu/open-cpu.js';
import { type BackendName, parseBackendName } from '../selection/backend-name.js';
import {
  type Candidate,
  firstThatWorks,
  type Selection,
  type SelectOptions,
} from '../selection/select.js';
import { openTensorflow } from '../tensorflow/open-tensorflow.js';
import { loadTf } from './load-tf.js';
import { openNodeWebgpu } from './open-node-webgpu.js';
import { openWasm } from './open-wasm.js';
import { processorName } from './processor-name.js';

/** The engines Node can have; webgl needs a page. */
export const NODE_BACKENDS: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

/**
 * Chooses and prepares the best engine of this machine.
 *
 * Order: the one asked for (`require`, `prefer`, else ALEXNET_BACKEND), GPU TensorFlow, hardware
 * WebGPU, TensorFlow on the processor, wasm, cpu. A software WebGPU adapter is taken only when asked
 * for. Throws an Error in one line for an unknown name, and when the
 * required engine does not work.
 */
export async function selectBackend(options: SelectOptions = {}): Promise<Selection> {
  const wanted = options.require ?? options.prefer ?? process.env.ALEXNET_BACKEND;
  const name = wanted ? parseBackendName(wanted, NODE_BACKENDS) : undefined;
  return firstThatWorks(nodeCandidates(name), { name, required: options.require !== undefined });
}

function nodeCandidates(asked: BackendName | undefined): readonly Candidate[] {
  return [
    { name: 'tensorflow', open: () => openTensorflow('gpu') },
    { name: 'webgpu', open: () => openNodeWebgpu({ allowSoftware: asked === 'webgpu' }) },
    { name: 'tensorflow', open: () => openTensorflow('cpu') },
    { name: 'wasm', open: () => openWasm() },
    {
      name: 'cpu',
      open: async () => {
        const tf = loadTf();
        await openCpu(tf);
        return { tf, device: `${processorName()}, plain JavaScript` };
      },
    },
  ];
}
