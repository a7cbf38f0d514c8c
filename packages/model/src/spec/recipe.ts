import type {
  ActivationFunction,
  DropoutSpec,
  Initializer,
  LrnSpec,
  MapNormSpec,
  Padding,
  PoolKind,
  PoolSpec,
} from './layer-spec.js';
import type { InputSpec } from './network-spec.js';

/** What may follow a convolution, in the order a block lists it. */
export type Stage = 'batch' | 'activation' | 'lrn' | 'mapnorm' | 'pool';

/** A convolution and what follows it. */
export interface Block {
  readonly filters: number;
  /** Side of the square window, in pixels. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly rounding: 'exact' | 'floor';
  /** True where the two-tower network cuts this convolution in two. */
  readonly splits: boolean;
  readonly init: Initializer;
  readonly after: readonly Stage[];
}

/** A fully connected layer between the feature maps and the last one. */
export interface HiddenLayer {
  readonly units: number;
  readonly init: Initializer;
}

/** A preset before modifiers: the few numbers from which its layer list is written out. */
export interface Recipe {
  readonly input: InputSpec;
  readonly classes: number;
  readonly groups: 1 | 2;
  readonly activation: ActivationFunction;
  readonly pool: Pick<PoolSpec, 'size' | 'stride'> & { readonly kind: PoolKind };
  /** Constants of local response normalization where a block asks for it. */
  readonly lrn: Pick<LrnSpec, 'size' | 'k' | 'sumCoeff' | 'beta'> & { readonly perTower: boolean };
  readonly mapnorm: Pick<MapNormSpec, 'size' | 'k' | 'sumCoeff' | 'beta'>;
  readonly blocks: readonly Block[];
  readonly hidden: readonly HiddenLayer[];
  readonly output: Initializer;
  readonly dropout: Pick<DropoutSpec, 'rate' | 'scaling'> & {
    /** Whether a mask sits on the input or on the output of each hidden layer. */
    readonly position: 'before' | 'after';
  };
}
