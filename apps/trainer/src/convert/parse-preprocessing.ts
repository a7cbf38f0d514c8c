import { torchvisionPreprocessing } from '@alexnet/classifier/node';
import type { Preprocessing } from '@alexnet/model';
import { CommandError } from '../failure.js';
import { oneOf } from '../options/one-of.js';

const KEYS = ['size', 'crop', 'order', 'range', 'mean', 'std', 'squash'] as const;

/**
 * `--preprocessing torchvision`, or what it is made of: `size=256 crop=227 order=bgr range=255
 * mean=104,117,123 std=none`. Size, crop, order and range have to be said, mean and std are none
 * where they are left out.
 *
 * @throws CommandError `usage`
 */
export function parsePreprocessing(words: readonly string[]): Preprocessing {
  const [name = ''] = words;
  if (words.length === 1 && !name.includes('=')) {
    oneOf('preprocessing', name, ['torchvision']);
    return torchvisionPreprocessing(224);
  }
  const said = new Map<string, string>();
  for (const word of words.flatMap((text) => text.split(/\s+/)).filter(Boolean)) {
    const [key = '', value = ''] = word.split('=', 2);
    said.set(oneOf('part of --preprocessing', key, KEYS), value);
  }
  const pixels = (key: string): number => {
    const value = Number(required(said, key));
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new CommandError('usage', `--preprocessing ${key}: expected a whole number of pixels`);
  };
  const crop = pixels('crop');
  return {
    resize: {
      shorterSide: pixels('size'),
      ...(squashes(said.get('squash')) ? { squash: true } : {}),
    },
    crop: { height: crop, width: crop },
    channelOrder: oneOf('order', required(said, 'order'), ['rgb', 'bgr']),
    range: oneOf('range', required(said, 'range'), ['1', '255']) === '1' ? 1 : 255,
    mean: triple('mean', said.get('mean')),
    std: triple('std', said.get('std')),
  };
}

/** `squash`, `squash=true` or `squash=false`; left out: false. */
function squashes(text = 'false'): boolean {
  return text === '' || oneOf('squash', text, ['true', 'false']) === 'true';
}

function required(said: ReadonlyMap<string, string>, key: string): string {
  const value = said.get(key);
  if (value !== undefined) return value;
  throw new CommandError(
    'usage',
    `--preprocessing needs ${key}: size=256 crop=227 order=rgb range=255 mean=123,117,104`,
  );
}

function triple(key: string, text = 'none'): [number, number, number] | null {
  if (text === 'none') return null;
  const [a, b, c, ...more] = text.split(',').map(Number);
  if (a !== undefined && b !== undefined && c !== undefined && more.length === 0) {
    if ([a, b, c].every((value) => Number.isFinite(value) && (key === 'mean' || value > 0))) {
      return [a, b, c];
    }
  }
  throw new CommandError('usage', `--preprocessing ${key}: expected three numbers between commas`);
}
