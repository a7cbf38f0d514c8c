import { type Endpoint, parseEndpoint } from '@alexnet/trainer/node';
import { InvalidArgumentError } from 'commander';
import type { Checkpoint } from '../run/run-weights.js';

/** `--epochs 15`: a whole number of at least `least`. */
export function whole(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** `--lr 0.01`: above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError('expected a finite number above 0.');
  }
  return value;
}

/** `--checkpoint best`, `last` or `step-300`. */
export function checkpoint(text: string): Checkpoint {
  const [, step] = /^step-0*(\d+)$/.exec(text) ?? [];
  if (text === 'best' || text === 'last') return text;
  if (step === undefined) throw new InvalidArgumentError('it is best, last or step-N.');
  return `step-${Number(step)}`;
}

/** `--steps 300`, or `all`. */
export function stepLimit(text: string): number | 'all' {
  return text === 'all' ? text : whole(1)(text);
}

/** `--freeze conv1,conv2`: names between commas. */
export function names(text: string): string[] {
  const found = text.split(',').map((name) => name.trim());
  if (found.some((name) => name === '')) {
    throw new InvalidArgumentError('expected names between commas.');
  }
  return found;
}

/** `--serve 6012`: 0 lets the system choose. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) {
    throw new InvalidArgumentError('expected a port from 0 to 65535.');
  }
  return value;
}

/** `--validation-share 0.2`: from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('expected a number from 0 to 1.');
  }
  return value;
}

/** `--nnodes 2`, or `1:2` where one may be missing. */
export function machines(text: string): { readonly least: number; readonly most: number } {
  const [, first = '', last = first] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
  const [least, most] = [Number(first), Number(last)];
  if (!(least >= 1 && most >= least)) {
    throw new InvalidArgumentError('write it as 2, or as 1:2 for one to two machines.');
  }
  return { least, most };
}

/** `--rdzv-endpoint host:29500`. */
export function address(text: string): Endpoint {
  try {
    return parseEndpoint(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

/** `--set a=1 --set b=2`. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, m: 60_000, h: 3_600_000 };

/** `--time 2h`, `90min`, `1.5h`, `30s`: milliseconds. */
export function time(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(s|min|m|h)$/.exec(text) ?? [];
  const value = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(value > 0)) throw new InvalidArgumentError('write it as 45s, 90min or 2h.');
  return value;
}
