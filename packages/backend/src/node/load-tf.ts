import { createRequire } from 'node:module';
import { silenceCpuBanner } from '../cpu/open-cpu.js';
import type { Tf } from '../selection/tf.js';

/**
 * The tfjs namespace in Node: core, layers and every gradient.
 * The union package is what tfjs-node itself requires, so both share one registry and one backend.
 */
export function loadTf(): Tf {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as Tf;
  silenceCpuBanner(tf);
  return tf;
}
