import * as v from 'valibot';
import { whole } from '../../settings/schemas.js';

/** Height and width of what comes out; those of the preprocessing where left out. */
// @__NO_SIDE_EFFECTS__
export function outputSize() {
  return {
    height: v.exactOptional(whole(1, "Of what comes out, px; left out, the network's input.")),
    width: v.exactOptional(whole(1, "Of what comes out, px; left out, the network's input.")),
  };
}

/** For operations that can stop in the middle of a run. */
// @__NO_SIDE_EFFECTS__
export function untilEpoch() {
  return v.exactOptional(
    whole(0, 'Left out from this epoch on, counted from 0; in all epochs where it is not given.'),
  );
}

/** For operations that place what is cut out. */
// @__NO_SIDE_EFFECTS__
export function sharedBy() {
  return v.optional(
    whole(1, 'So many neighbors in an epoch share what is drawn; 32 in the 2012 source.'),
    1,
  );
}

/** How many of the images, or batches, something is done to. */
// @__NO_SIDE_EFFECTS__
export function probability(of: string) {
  return v.pipe(v.number(), v.minValue(0), v.maxValue(1), v.description(`Share of ${of}, 0 to 1.`));
}
