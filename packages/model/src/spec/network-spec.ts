import type { LayerSpec } from './layer-spec.js';

/** Networks {@link createSpec} knows by name. */
export type PresetName =
  | 'alexnet'
  | 'paper'
  | 'original2012'
  | 'caffe'
  | 'caffenet'
  | 'torchvision'
  | 'lenet5';

/** Size of the images a network takes. */
export interface InputSpec {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  readonly channels: number;
}

/** A whole network as plain data that survives JSON unchanged; everything else is derived from it. */
export interface NetworkSpec {
  /** The preset the list was made from, with or without modifiers; `custom` for any other list. */
  readonly preset: PresetName | 'custom';
  readonly input: InputSpec;
  readonly classes: number;
  /** In running order; a chain, each layer feeding the next. The last one gives the logits. */
  readonly layers: readonly LayerSpec[];
}
