import type { Tensor } from '@tensorflow/tfjs-core';
import type { TfLayer } from './layer-class.js';

/**
 * Replaces what a stock layer does in training, and only then, by something whose gradient is cheaper.
 * The layer stays the stock one: same weights, same `model.json`, same answers.
 */
export function withTrainingCall(layer: TfLayer, call: (x: Tensor) => Tensor): TfLayer {
  const stock = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    if (kwargs.training !== true) return stock(inputs, kwargs);
    return call((Array.isArray(inputs) ? inputs[0] : inputs) as Tensor);
  };
  return layer;
}
