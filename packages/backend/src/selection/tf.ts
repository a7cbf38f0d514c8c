import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

/** The merged tfjs namespace: core ops, all gradients, layers. */
export type Tf = typeof core & typeof layers;
