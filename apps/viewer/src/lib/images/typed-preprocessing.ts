import type { NetworkSpec, Preprocessing } from '@alexnet/model';

/** What a reader has typed in the form about how images are prepared. */
export interface PreparationChoices {
  /** Pixels. */
  size: string;
  squash: boolean;
  range: '1' | '255';
  order: 'rgb' | 'bgr';
  /** Three numbers, of red, green and blue; empty for none. */
  mean: string;
  std: string;
}

/**
 * The preprocessing that a reader's choices make, for a network's input.
 *
 * @throws Error in one line saying which number is none
 */
export function preparedBy(choices: PreparationChoices, { input }: NetworkSpec): Preprocessing {
  const { height, width } = input;
  const least = Math.max(height, width);
  const side = Number(choices.size);
  if (!Number.isSafeInteger(side) || side < least) {
    throw new Error(`The size is a whole number of pixels, at least ${least} for this network.`);
  }
  // Typed as red, green, blue; kept in the order the network takes.
  const inOrder = (values: Triple | null): Triple | null =>
    values && choices.order === 'bgr' ? [values[2], values[1], values[0]] : values;
  const std = triple('deviation', choices.std);
  if (std?.some((value) => value <= 0)) throw new Error('A deviation is more than 0.');
  return {
    resize: { shorterSide: side, ...(choices.squash && { squash: true }) },
    crop: { height, width },
    channelOrder: choices.order,
    range: choices.range === '1' ? 1 : 255,
    mean: inOrder(triple('mean', choices.mean)),
    std: inOrder(std),
  };
}

type Triple = readonly [number, number, number];

function triple(what: string, text: string): Triple | null {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  if (parts.length === 0) return null;
  const [red, green, blue, ...more] = parts.map(Number);
  if (red !== undefined && green !== undefined && blue !== undefined && more.length === 0) {
    if ([red, green, blue].every(Number.isFinite)) return [red, green, blue];
  }
  throw new Error(`The ${what} is three numbers, of red, green and blue, or nothing.`);
}
