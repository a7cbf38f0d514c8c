import { openCpu } from '../cpu/open-cpu.js';
import type { BackendName } from '../selection/backend-name.js';
import type { Candidate } from '../selection/select.js';
import { openTensorflow } from '../tensorflow/open-tensorflow.js';
import { loadTf } from './load-tf.js';
import { openNodeWebgpu } from './open-node-webgpu.js';
import { openWasm } from './open-wasm.js';
import { processorName } from './processor-name.js';

/** The backends Node can have; webgl needs a page. */
export const NODE_BACKENDS: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

/** Every way to compute in Node, best first. */
export function nodeCandidates(asked: BackendName | undefined): readonly Candidate[] {
  return [
    {
      name: 'tensorflow',
      label: 'TensorFlow on a GPU',
      kind: 'gpu',
      open: () => openTensorflow('gpu'),
    },
    {
      name: 'webgpu',
      label: 'WebGPU through Dawn',
      open: () => openNodeWebgpu({ allowSoftware: asked === 'webgpu' }),
    },
    {
      name: 'tensorflow',
      label: 'TensorFlow on the processor',
      kind: 'cpu',
      open: () => openTensorflow('cpu'),
    },
    { name: 'wasm', label: 'WebAssembly', open: openWasm },
    { name: 'cpu', label: 'plain JavaScript', open: openPlain },
  ];
}

async function openPlain() {
  const tf = loadTf();
  await openCpu(tf);
  return { tf, device: `${processorName()}, plain JavaScript` };
}
