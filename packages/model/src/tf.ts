/**
 * The merged TensorFlow.js namespace every function here takes from its caller, for example
 * `{ ...tfCore, ...tfLayers }`, the `tf` of `@tensorflow/tfjs`, or the one a backend package hands out.
 */
export type Tf = typeof import('@tensorflow/tfjs-core') & typeof import('@tensorflow/tfjs-layers');
