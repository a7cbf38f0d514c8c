import type { Answer } from '@alexnet/convert';
import { createSpec, type PresetName, type SpecModifiers, validateSpec } from '@alexnet/model';
import type { Description } from './read-weights.js';

/** What a reader has chosen in the form about a network; an empty text leaves a thing as the preset has it. */
export interface NetworkChoices {
  preset: PresetName | '';
  norm: NonNullable<SpecModifiers['norm']> | '';
  pool: NonNullable<SpecModifiers['pool']> | '';
  activation: NonNullable<SpecModifiers['activation']> | '';
  groups: '1' | '2' | '';
  head: NonNullable<SpecModifiers['head']> | '';
  /** Pixels. */
  input: string;
  /** Pixels around the image, of conv1. */
  padding: string;
  channelOrder: 'rgb' | 'bgr' | '';
  dataFormat: NonNullable<Description['dataFormat']> | '';
  /** What batch norms add to the variance. */
  epsilon: string;
}

/** The form's choices that made a description; none of them for null. */
export function choicesOf(description: Description | null): NetworkChoices {
  const { preset = '', modifiers = {}, channelOrder = '', dataFormat = '' } = description ?? {};
  const { norm = '', pool = '', activation = '', groups, head = '', input, conv1 } = modifiers;
  return {
    preset,
    norm,
    pool,
    activation,
    groups: groups === undefined ? '' : groups === 2 ? '2' : '1',
    head,
    input: typeof input === 'number' ? String(input) : '',
    padding: typeof conv1?.padding === 'number' ? String(conv1.padding) : '',
    channelOrder,
    dataFormat,
    epsilon: description?.epsilon === undefined ? '' : String(description.epsilon),
  };
}

/**
 * The description that a reader's choices make.
 *
 * @param asks what the file's reader asked for
 * @throws Error in one line when that was not chosen or a number is none; ModelError when the sizes
 * do not work out
 */
export function describedBy(choices: NetworkChoices, asks: readonly Answer[]): Description {
  const { preset, norm, pool, activation, groups, head, channelOrder, dataFormat } = choices;
  if (!preset && asks.includes('preset')) {
    throw new Error('Choose the network it is, or the one nearest to it.');
  }
  if (!dataFormat && asks.includes('dataFormat')) throw new Error('Choose the order of the maps.');
  const epsilon = choices.epsilon.trim() === '' ? null : Number(choices.epsilon);
  if (asks.includes('epsilon') && !(epsilon !== null && epsilon > 0 && epsilon <= 1)) {
    throw new Error('The epsilon is a number above 0, 1 at most, such as 0.001.');
  }
  const input = pixels('The image size', choices.input, 1);
  const padding = pixels('The padding', choices.padding, 0);
  const modifiers: SpecModifiers = {
    ...(norm && { norm }),
    ...(pool && { pool }),
    ...(activation && { activation }),
    ...(groups && { groups: groups === '2' ? 2 : 1 }),
    ...(head && { head }),
    ...(input !== null && { input }),
    // A padding of one's own seldom fills the last window: what is left over is dropped.
    ...(padding !== null && { conv1: { padding, rounding: 'floor' } }),
  };
  if (preset) createSpec(preset, modifiers);
  return {
    ...(preset && { preset }),
    ...(Object.keys(modifiers).length > 0 && { modifiers }),
    ...(channelOrder && { channelOrder }),
    ...(dataFormat && { dataFormat }),
    ...(epsilon !== null && { epsilon }),
  };
}

/**
 * The description in a file: JSON of a `NetworkSpec`, as for `alexnet convert --spec`.
 *
 * @throws Error in one line when the file is no such thing
 */
export function describedByFile(name: string, text: string): Description {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${name} is not JSON.`);
  }
  return { spec: validateSpec(value) };
}

function pixels(what: string, text: string, least: number): number | null {
  if (text.trim() === '') return null;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`${what} is a whole number of pixels, ${least} or more; "${text}" is not.`);
}
