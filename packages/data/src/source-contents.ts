import type { Split } from './dataset.js';

/** What a kind of source finds in a tree or folder. */
export interface SourceContents {
  readonly classNames: readonly string[];
  readonly train: Split;
  readonly validation: Split;
}
