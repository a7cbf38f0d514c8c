import {
  createSpec,
  type NetworkSpec,
  PRESET_NAMES,
  type PresetName,
  type SpecModifiers,
} from '@alexnet/model';
import { closest } from 'fastest-levenshtein';
import { UsageError } from './failure.js';

/** @throws UsageError naming the nearest preset */
export function requirePreset(name: string): PresetName {
  const found = PRESET_NAMES.find((preset) => preset === name);
  if (!found) {
    throw new UsageError(
      `there is no preset ${name}; did you mean ${closest(name, PRESET_NAMES)}?`,
    );
  }
  return found;
}

/** The network, or why there is no such network: a matter of usage. */
export function specOrUsageError(preset: PresetName, modifiers: SpecModifiers): NetworkSpec {
  try {
    return createSpec(preset, modifiers);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
