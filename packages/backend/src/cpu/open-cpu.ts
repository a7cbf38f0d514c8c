import type { Tf } from '../selection/tf.js';

/** Makes the plain JavaScript backend current; it is the reference the others are tested against. */
export async function openCpu(tf: Tf): Promise<void> {
  silenceCpuBanner(tf);
  await tf.setBackend('cpu');
}

/**
 * The cpu backend recommends tfjs-node in a banner at its first use in Node
 * (tfjs-backend-cpu/src/backend_cpu.ts, `firstUse`); here the choice has been made and explained.
 */
export function silenceCpuBanner(tf: Tf): void {
  const backend = tf.findBackend('cpu') as { firstUse?: boolean } | null;
  if (backend) backend.firstUse = false;
}
