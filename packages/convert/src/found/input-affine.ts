import type { InputSpec, Preprocessing, Resize } from '@alexnet/model';
import type { ChannelOrder } from '../alexnet/channel-order.js';
import type { Note } from '../alexnet/note.js';
import { FormatError } from '../format-error.js';
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

/** Whether pixels reach the first layer as they are. */
export function isNoChange({ scale, shift }: InputAffine): boolean {
  return scale.every((value) => value === 1) && shift.every((value) => value === 0);
}

/**
 * The same change as a {@link Preprocessing}, in the order of colors conv1 takes; where nobody says it, RGB
 * is taken, and the note says so. Pixels are taken to be 0 to 255, or 0 to 1 where the mean
 * that comes off is at most 1 and what is left is not stretched as gray levels are.
 *
 * @throws FormatError unsupported for a scale of 0 or below
 */
export function preprocessingOf(
  { scale, shift }: InputAffine,
  { height, width }: Pick<InputSpec, 'height' | 'width'>,
  resize: Resize | null = null,
  order: ChannelOrder | null = null,
): { readonly preprocessing: Preprocessing; readonly note: Note } {
  const channel = (index: number) => {
    const [a = 1, b = 0] = [scale, shift].map((list) => list[list.length === 1 ? 0 : index]);
    if (!(a > 0))
      throw new FormatError('unsupported', `pixels are multiplied by ${a} before the first layer`);
    return { mean: b === 0 ? 0 : -b / a, std: 1 / a };
  };
  const channels = [channel(0), channel(1), channel(2)] as const;
  const unit = channels.every(({ mean, std }) => Math.abs(mean) <= 1 && std <= 1);
  // x / 255 is the step from 255 to 1 itself.
  const toUnit = !unit && channels.every(({ std }) => Math.abs(std / 255 - 1) < 1e-5);
  const by = toUnit ? 255 : 1;
  const of = (part: 'mean' | 'std') =>
    channels.map((values) => readNumber(Math.fround(values[part] / by))) as [
      number,
      number,
      number,
    ];
  const [mean, std] = [of('mean'), of('std')];
  const range = unit || toUnit ? 1 : 255;
  return {
    preprocessing: {
      resize: resize ?? {
        shorterSide: Math.min(height, width),
        ...(height === width ? { squash: true } : {}),
      },
      crop: { height, width },
      channelOrder: order ?? 'rgb',
      range,
      mean: mean.every((value) => value === 0) ? null : mean,
      // 1 / 255 as a float32 is not quite the inverse of 255.
      std: std.every((value) => Math.abs(value - 1) < 1e-6) ? null : std,
    },
    note: {
      code: 'preprocessing',
      exact: true,
      detail: `what the network does to its input became the preprocessing, for pixels from 0 to ${unit ? 1 : 255}${order ? '' : '; in which order its channels are the file does not say: RGB was taken, say channelOrder where it is bgr'}${resize ? '' : '; how images are resized the file does not say'}`,
    },
  };
}
