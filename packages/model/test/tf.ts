import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import type { Tf } from '../src/index.js';

/** Both halves of tfjs on the reference backend. */
export const tf: Tf = { ...core, ...layers };
await tf.setBackend('cpu');
