import { FormatError } from '../format-error.js';

const MOST = 1_000_000;

/** Counts what is looked at in a pickle: its objects may share parts, so that a small file spells out a huge tree. */
export class Visits {
  #left = MOST;

  /** @throws FormatError too-large */
  count(): void {
    if (this.#left-- > 0) return;
    throw new FormatError(
      'too-large',
      "torch: the file spells out over a million objects; save the network's state_dict alone",
    );
  }
}
