import type { FormatError } from '../format-error.js';
import { readNumber } from '../tensors/derived.js';
import type { StoredTensor } from '../tensors/tensor-file.js';

/** What a network does to its input before the first layer: `pixel · scale + shift`, by channel or for all. */
export interface InputAffine {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

export const NO_CHANGE: InputAffine = { scale: [1], shift: [0] };

/** One change after another. */
export function thenAffine(first: InputAffine, second: InputAffine): InputAffine {
  const length = Math.max(
    ...[first, second].flatMap(({ scale, shift }) => [scale.length, shift.length]),
  );
  const at = (list: readonly number[], channel: number) =>
    list[list.length === 1 ? 0 : channel] ?? 0;
  const channels = Array.from({ length }, (_, channel) => channel);
  return {
    scale: channels.map((channel) => at(first.scale, channel) * at(second.scale, channel)),
    shift: channels.map(
      (channel) => at(first.shift, channel) * at(second.scale, channel) + at(second.shift, channel),
    ),
  };
}

/**
 * An arithmetic operator with a constant of one or three numbers.
 *
 * @param inputFirst whether the pixels are the first operand
 */
export async function affineOf(
  operator: string,
  constant: StoredTensor,
  inputFirst: boolean,
  refusal: (detail: string) => FormatError,
): Promise<InputAffine> {
  const elements = constant.shape.reduce((product, side) => product * side, 1);
  if (elements !== 1 && elements !== 3)
    throw refusal(`with ${elements} numbers before the first layer`);
  const values = Array.from(await constant.read(), readNumber);
  const zeros = values.map(() => 0);
  const ones = values.map(() => 1);
  if (operator === 'Add') return { scale: ones, shift: values };
  if (operator === 'Mul') return { scale: values, shift: zeros };
  if (operator === 'Sub') {
    return inputFirst
      ? { scale: ones, shift: values.map((value) => -value) }
      : { scale: ones.map(() => -1), shift: values };
  }
  if (!inputFirst) throw refusal('divides by the pixels');
  return { scale: values.map((value) => 1 / value), shift: zeros };
}
