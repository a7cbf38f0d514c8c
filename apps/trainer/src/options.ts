import { InvalidArgumentError } from 'commander';

/** `--epochs 15`: a whole number of at least `least`. */
export function whole(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** `--set a=1 --set b=2`. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
