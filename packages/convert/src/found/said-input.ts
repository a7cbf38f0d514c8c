import type { InputSpec } from '@alexnet/model';
import type { OpenOptions } from '../alexnet/open-options.js';

/**
 * Size of the images as the caller says it, for files that do not; null where nobody does.
 *
 * @param own channels of the images by the file's first filters, where the caller does not say them
 */
export function saidInput({ modifiers, spec }: OpenOptions, own = 3): InputSpec | null {
  if (spec) return spec.input;
  const { input, channels = own } = modifiers ?? {};
  if (input === undefined) return null;
  return typeof input === 'number'
    ? { height: input, width: input, channels }
    : { ...input, channels };
}
