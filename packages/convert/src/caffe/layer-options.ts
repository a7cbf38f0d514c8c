import { FormatError } from '../format-error.js';
import { readNumber } from '../tensors/derived.js';
import type { CaffeLayer } from './caffe-net.js';
import type { ParameterName } from './schema.js';

/** The options of a layer, read one by one; an option that is set and not read is refused by name. */
export interface LayerOptions {
  number(key: string, byDefault: number): number;
  /** All numbers of a repeated option, none where it is not set. */
  numbers(key: string): readonly number[];
  flag(key: string, byDefault: boolean): boolean;
  word(key: string, byDefault: string): string;
  /**
   * Height and width: `key_h` and `key_w`, or `plain`, once or twice.
   *
   * @throws FormatError unsupported for more than two numbers
   */
  sides(key: string, plain: string, byDefault: number): readonly [height: number, width: number];
  /** @throws FormatError unsupported, naming the first option nobody asked for */
  finish(): void;
}

/** What is wrong with a layer, with its type and name. */
export function refusal({ type, name }: CaffeLayer, detail: string): FormatError {
  return new FormatError('unsupported', `caffe: ${type} "${name}" ${detail}`);
}

export function optionsOf(layer: CaffeLayer, parameter: ParameterName): LayerOptions {
  const found = layer.parameters[parameter] ?? {};
  const asked = new Set<string>();
  const get = (key: string) => {
    asked.add(key);
    return Object.hasOwn(found, key) ? found[key] : undefined;
  };
  const number = (key: string, byDefault: number) => {
    const value = get(key);
    if (typeof value !== 'number') return byDefault;
    return Number.isInteger(value) ? value : readNumber(value);
  };
  const numbers = (key: string) => {
    const value = get(key);
    return typeof value === 'object' ? value : typeof value === 'number' ? [value] : [];
  };
  return {
    number,
    numbers,
    flag(key, byDefault) {
      const value = get(key);
      return typeof value === 'boolean' ? value : byDefault;
    },
    word(key, byDefault) {
      const value = get(key);
      return typeof value === 'string' ? value : byDefault;
    },
    sides(key, plain, byDefault) {
      const [height = byDefault, width = height, ...more] = numbers(plain);
      if (more.length > 0) throw refusal(layer, `has ${more.length + 2} numbers of ${plain}`);
      return [number(`${key}_h`, height), number(`${key}_w`, width)];
    },
    finish() {
      const left = Object.keys(found).find((key) => !asked.has(key));
      if (left !== undefined) throw refusal(layer, `has ${left}, which is not read`);
    },
  };
}
