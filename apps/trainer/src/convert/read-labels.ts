import { readText } from '../read-text.js';

/**
 * Names of classes in label order: lines of text, a JSON list of names, or JSON by number as in
 * `imagenet_class_index.json`, `{"0": ["n01440764", "tench"], …}`.
 *
 * @throws Error for JSON of another form
 */
export async function readLabels(path: string): Promise<readonly string[]> {
  const text = await readText(path);
  if (!/^\s*[[{]/.test(text)) return text.replace(/\r?\n$/, '').split(/\r?\n/);
  const value: unknown = JSON.parse(text);
  const entries = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value as object).map(([key, item]) => [Number(key), item] as const);
  const names: string[] = [];
  for (const [index, item] of entries) {
    const name = Array.isArray(item) ? item.at(-1) : item;
    if (typeof name !== 'string' || !Number.isSafeInteger(index) || names[index] !== undefined) {
      throw new Error(`${path} is no list of class names, nor names by number`);
    }
    names[index] = name;
  }
  if (Array.from(names, (name) => name === undefined).some(Boolean)) {
    throw new Error(`${path} leaves out numbers between 0 and ${names.length - 1}`);
  }
  return names;
}
