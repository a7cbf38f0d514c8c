import type { Selection } from '@alexnet/backend';

/** The little of WebGPU's device that is needed here. */
interface Losable {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
}

/** Calls back once when the graphics device behind a backend goes away; tfjs itself does not notice. */
export function whenLost({ tf, name }: Selection, onLost: (reason: string) => void): void {
  if (name !== 'webgpu') return;
  const { device } = tf.backend() as { readonly device?: Losable };
  device?.lost.then(({ reason, message }) => onLost(message || reason));
}
