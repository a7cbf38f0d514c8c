import type { SplitKind } from './split-names.js';

/** An image of a flat folder, by its path in the tree, and what a list says of it. */
export interface LabeledPath {
  readonly path: string;
  readonly className: string;
  readonly split?: SplitKind | undefined;
  /** From a table, whose numbers are ordered as such. */
  readonly listed?: true;
}

/** An image, its class, and where it lies where that is inside an archive of the tree. */
export interface LabeledImage extends LabeledPath {
  /** Part of the file at `archive`, for images in the tar files of classes. */
  readonly part?: { readonly archive: string; readonly offset: number; readonly length: number };
}
