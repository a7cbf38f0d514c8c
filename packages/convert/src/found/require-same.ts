import type { InputSpec, NetworkSpec } from '@alexnet/model';
import type { OpenOptions } from '../alexnet/open-options.js';
import { FormatError } from '../format-error.js';
import { modifiersOf } from './match-preset.js';
import { saidInput } from './said-input.js';

function isSame(a: InputSpec, b: InputSpec): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels;
}

/** A file that says how large its images are is not told otherwise. @throws FormatError unsupported */
export function requireSameInput(own: InputSpec, options: OpenOptions): void {
  const said = saidInput(options, own.channels);
  if (!said || isSame(own, said)) return;
  throw new FormatError(
    'unsupported',
    `the file says that its images are ${own.height}×${own.width}×${own.channels}, not ${said.height}×${said.width}×${said.channels}`,
  );
}

/** A file with layers says itself what stands in it. @throws FormatError unsupported */
export function requireSameLayers({ layers }: NetworkSpec, { modifiers = {} }: OpenOptions): void {
  const found = { norm: 'lrn', ...modifiersOf(layers) };
  for (const key of ['norm', 'pool', 'activation', 'head'] as const) {
    const said = modifiers[key];
    if (said === undefined || said === found[key]) continue;
    throw new FormatError(
      'unsupported',
      `the file holds its layers and has ${key} ${found[key] ?? 'none'}, not ${said}`,
    );
  }
}
