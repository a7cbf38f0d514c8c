import type { OpenOptions } from '@alexnet/data';

/** How images that have no validation split of their own are divided. */
export type Division = Pick<OpenOptions, 'splitSeed' | 'validationShare'>;

/** As a new run asks for it: by the data alone, whatever its seed. */
export function divisionAsked(options: {
  readonly splitSeed?: number;
  readonly validationShare?: number;
}): Division {
  const { splitSeed = 0, validationShare } = options;
  return { splitSeed, ...(validationShare === undefined ? {} : { validationShare }) };
}

/** As a run began; earlier ones divided by their own seed. */
export function divisionOf(record: {
  readonly division?: Division;
  readonly seed: number;
}): Division {
  return record.division ?? { splitSeed: record.seed };
}
