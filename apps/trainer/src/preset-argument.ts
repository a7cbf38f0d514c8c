import {
  createSpec,
  type NetworkSpec,
  PRESET_NAMES,
  type PresetName,
  type SpecModifiers,
} from '@alexnet/model';
import { CommandError } from './failure.js';
import { oneOf } from './options/one-of.js';

/** @throws CommandError `usage` naming the nearest preset */
export function requirePreset(name: string): PresetName {
  return oneOf('preset', name, PRESET_NAMES);
}

/** The network, or why there is no such network: a matter of usage. */
export function specOrUsageError(preset: PresetName, modifiers: SpecModifiers): NetworkSpec {
  try {
    return createSpec(preset, modifiers);
  } catch (error) {
    throw new CommandError('usage', (error as Error).message, { cause: error });
  }
}
