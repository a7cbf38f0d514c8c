import type { Tf } from '../selection/tf.js';

let loaded: Promise<Tf> | undefined;

/** The tfjs namespace in a page: core, layers and every gradient, loaded when first asked for. */
export function loadTf(): Promise<Tf> {
  loaded ??= load();
  return loaded;
}

/**
 * Core alone first: bundlers cut tfjs into chunks that need each other, and whichever arrives first
 * would begin; before core's flags are registered nothing of it works.
 */
async function load(): Promise<Tf> {
  const core = await import('@tensorflow/tfjs-core');
  const [layers] = await Promise.all([
    import('@tensorflow/tfjs-layers'),
    import('@tensorflow/tfjs-core/dist/register_all_gradients.js'),
  ]);
  return { ...core, ...layers };
}
