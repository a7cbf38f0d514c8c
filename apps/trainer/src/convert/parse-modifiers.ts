import type { SpecModifiers } from '@alexnet/model';
import { CommandError } from '../failure.js';
import { oneOf } from '../options/one-of.js';

const WORDS = {
  norm: ['lrn', 'batch', 'none'],
  pool: ['max', 'avg'],
  activation: ['relu', 'tanh', 'sigmoid'],
  head: ['dense', 'conv', 'gap'],
} as const;
const NUMBERS = ['input', 'channels', 'groups', 'dropout'] as const;
const CONV1 = ['stride', 'kernelSize', 'padding'] as const;

const KEYS = [...Object.keys(WORDS), ...NUMBERS, ...CONV1.map((key) => `conv1.${key}`)];

/**
 * `--set norm=none pool=avg input=224 conv1.padding=2`: what a network differs in from its preset.
 * Widths and classes are the file's own.
 *
 * @throws CommandError `usage` naming the nearest key or word
 */
export function parseModifiers(settings: readonly string[]): SpecModifiers {
  const modifiers: Record<string, unknown> = {};
  const conv1: Record<string, unknown> = {};
  for (const setting of settings.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean)) {
    const [name = '', value = ''] = setting.split('=', 2);
    const key = oneOf('setting of a network', name, KEYS);
    if (key in WORDS) {
      modifiers[key] = oneOf(key, value, WORDS[key as keyof typeof WORDS]);
      continue;
    }
    const number = Number(value);
    if (value === '' || !Number.isFinite(number)) {
      throw new CommandError('usage', `--set ${setting}: expected a number`);
    }
    if (key.startsWith('conv1.')) conv1[key.slice('conv1.'.length)] = number;
    else modifiers[key] = number;
  }
  if ('padding' in conv1) conv1.rounding = 'floor';
  return { ...modifiers, ...(Object.keys(conv1).length > 0 ? { conv1 } : {}) };
}
