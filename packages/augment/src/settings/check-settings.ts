import * as v from 'valibot';
import { nearestName } from './nearest-name.js';
import { entriesAt } from './schema-paths.js';

/** A setting that does not exist, or whose value is of another type or out of range. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/**
 * `value` with defaults put in.
 *
 * @param name What `value` is called in messages: `augment` gives `augment[2].probability`.
 * @throws {SettingError} One line on the first setting that is wrong, with the nearest name for one
 * that does not exist.
 */
export function checkSettings<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  name = '',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const keys = (issue.path ?? []).map(({ key }) => key as string | number);
  throw new SettingError(`${pathText(name, keys)}: ${explain(schema, value, keys, issue)}`);
}

function explain(
  schema: v.GenericSchema,
  value: unknown,
  keys: readonly (string | number)[],
  issue: v.BaseIssue<unknown>,
): string {
  if (issue.expected === 'never') {
    const known = entriesAt(schema, value, keys.slice(0, -1));
    const hint =
      known.length > 0 ? `; did you mean ${nearestName(String(keys.at(-1)), known)}?` : '';
    return `there is no such setting${hint}`;
  }
  if (issue.received === 'undefined') return 'is missing';
  // JSON has no Infinity.
  const given = typeof issue.input === 'number' ? issue.input : JSON.stringify(issue.input);
  return `expects ${expectation(issue)}, not ${given}`;
}

/** What would have been right, in words. */
function expectation({ type, expected, message }: v.BaseIssue<unknown>): string {
  if (type === 'check' || type === 'union') return message;
  if (type === 'safe_integer') return 'a whole number';
  if (type === 'finite') return 'a finite number';
  if (expected === 'Object' || expected === 'Array') return expected === 'Array' ? 'a list' : '{…}';
  if (expected === 'number' || expected === 'string' || expected === 'boolean') {
    return { number: 'a number', string: 'a text', boolean: 'true or false' }[expected];
  }
  const bound = /^([<>]=?)(.+)$/.exec(expected ?? '');
  if (bound) {
    const words = { '>=': 'at least', '<=': 'at most', '>': 'more than', '<': 'less than' };
    return `${words[bound[1] as keyof typeof words]} ${bound[2]}`;
  }
  return (expected ?? message).replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ');
}

function pathText(name: string, keys: readonly (string | number)[]): string {
  const text = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return (name + text).replace(/^\./, '') || 'settings';
}
