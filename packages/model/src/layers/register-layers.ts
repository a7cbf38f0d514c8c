import type { Tf } from '../tf.js';
import { type DropoutConfig, defineDropoutLayer } from './dropout-layer.js';
import { defineGroupedConvLayer, type GroupedConvConfig } from './grouped-conv-layer.js';
import type { LayerClass } from './layer-class.js';
import { definePoolLayer, type PoolConfig } from './pool-layer.js';
import { defineLrnLayer, defineMapNormLayer, type NormConfig } from './response-norm-layers.js';

/** The layer classes this package adds to tfjs, bound to one `tf`. */
export interface CustomLayers {
  readonly GroupedConv: LayerClass<GroupedConvConfig>;
  readonly Pool: LayerClass<PoolConfig>;
  readonly Lrn: LayerClass<NormConfig>;
  readonly MapNorm: LayerClass<NormConfig>;
  readonly Dropout: LayerClass<DropoutConfig>;
}

const known = new WeakMap<object, CustomLayers>();

/**
 * Makes `AlexNetConv2D`, `AlexNetPool2D`, `AlexNetLRN`, `AlexNetMapNorm` and `AlexNetDropout` known
 * to `tf.loadLayersModel`. `buildNetwork` does it too; call it before loading a `model.json` in a
 * program that builds no network. Safe to call again.
 */
export function registerLayers(tf: Tf): CustomLayers {
  // The class of tfjs' own layers tells merged namespaces of one library apart from another copy of it.
  const library = tf.layers.Layer;
  const found = known.get(library);
  if (found) return found;
  const layers: CustomLayers = {
    GroupedConv: defineGroupedConvLayer(tf),
    Pool: definePoolLayer(tf),
    Lrn: defineLrnLayer(tf),
    MapNorm: defineMapNormLayer(tf),
    Dropout: defineDropoutLayer(tf),
  };
  // Config objects are plain data, which tfjs types as a dictionary of its own.
  type Registered = Parameters<typeof tf.serialization.registerClass>[0];
  for (const layer of Object.values(layers)) tf.serialization.registerClass(layer as Registered);
  known.set(library, layers);
  return layers;
}
