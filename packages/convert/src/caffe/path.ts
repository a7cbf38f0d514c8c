import type { FoundLayer } from '../found/found-network.js';
import type { InputAffine } from '../found/input-affine.js';
import type { CaffeLayer } from './caffe-net.js';

/** One thing on the way from the images to a blob. */
export type Link =
  | { readonly kind: 'layer'; readonly layer: CaffeLayer; readonly found: FoundLayer }
  /** A factor or an offset before the first layer. */
  | { readonly kind: 'affine'; readonly layer: CaffeLayer; readonly affine: InputAffine }
  /** One of the equal parts a Slice cuts the channels into. */
  | {
      readonly kind: 'part';
      readonly layer: CaffeLayer;
      readonly part: number;
      readonly of: number;
    };

/** What was done to the images, in order, until they became a blob. Links are the same object where they are the same step. */
export type Path = readonly Link[];
