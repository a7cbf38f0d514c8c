import type { Tf } from '../selection/tf.js';

let loaded: Promise<Tf> | undefined;

/** The tfjs namespace in a page: core, layers and every gradient, loaded when first asked for. */
export function loadTf(): Promise<Tf> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Tf> {
  const [core, layers] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-layers'),
    import('@tensorflow/tfjs-core/dist/register_all_gradients.js'),
  ]);
  return { ...core, ...layers };
}
