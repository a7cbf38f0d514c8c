import type { NetworkSpec, Preprocessing, Weight } from '@alexnet/model';

/** A network with everything needed to use it. What is unknown is null, never a default. */
export interface Model {
  readonly spec: NetworkSpec;
  /** tfjs layout, as `Network.getWeights` gives and `Network.setWeights` takes. */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly preprocessing: Preprocessing | null;
  /** Name of class i at index i. */
  readonly classNames: readonly string[] | null;
  /** Where the weights come from, as plain JSON: source, date, data set, license, scores. */
  readonly provenance: Readonly<Record<string, unknown>> | null;
}

/** Version of the JSON in `__metadata__.alexnet`; a reader refuses a newer one. */
export const METADATA_VERSION = 1;
