import type { Place } from '../archives/folder-tree.js';

/** Where the images of one split lie. */
export interface SplitPlace extends Place {
  /** The other parts of a split in numbered folders: `train.X2` beside `train.X1`. */
  readonly parts?: readonly Place[];
}

/** Where the images of each split lie; the classes are read from there. */
export interface SplitPlaces {
  readonly train: SplitPlace | null;
  readonly validation: SplitPlace | null;
  readonly test: SplitPlace | null;
}

/** All folders of a split. */
export function partsOf(place: SplitPlace | null): readonly Place[] {
  return place === null ? [] : [place, ...(place.parts ?? [])];
}

/** Without validation images, the test images are for validation. */
export function testsValidate({ train, validation, test }: SplitPlaces): SplitPlaces {
  return validation === null
    ? { train, validation: test, test: null }
    : { train, validation, test };
}
