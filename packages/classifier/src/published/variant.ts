import type { PublishedWeights } from './catalog.js';

/** Number types in which published weights are fetched: a half and a quarter of the original's bytes. */
export const SMALLER_DTYPES = ['f16', 'int8'] as const;

/** One of {@link SMALLER_DTYPES}. */
export type SmallerDtype = (typeof SMALLER_DTYPES)[number];

/** Of one file of published weights with fewer digits, as a server lends it. */
export function variantName({ name }: Pick<PublishedWeights, 'name'>, dtype: SmallerDtype): string {
  return `${name}.${dtype}.safetensors`;
}
