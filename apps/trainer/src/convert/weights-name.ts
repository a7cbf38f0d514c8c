/** Name of the weights inside a run folder. */
export const WEIGHTS_NAME = 'weights.safetensors';
