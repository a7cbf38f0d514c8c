import type { InputSpec } from '@alexnet/model';
import type { OpenOptions } from '../alexnet/open-options.js';

/** Size of the images as the caller says it, for files that do not; null where nobody does. */
export function saidInput({ modifiers, spec }: OpenOptions): InputSpec | null {
  if (spec) return spec.input;
  const { input, channels = 3 } = modifiers ?? {};
  if (input === undefined) return null;
  return typeof input === 'number'
    ? { height: input, width: input, channels }
    : { ...input, channels };
}
