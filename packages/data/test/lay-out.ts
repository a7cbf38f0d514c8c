import type { OpenOptions } from '../src/index.js';
import { layOutClasses } from '../src/sources/class-layout.js';
import { Notes } from '../src/sources/notes.js';
import { memoryTree } from './source-helpers.js';

export type Contents = Readonly<Record<string, string | Uint8Array>>;

/** Files by their paths; `cat/1-3.png` are three of them. */
export function files(...paths: readonly string[]): Record<string, string> {
  const all = paths.flatMap((path) => {
    const [, before = '', first, last, after] = /^(.*?)(\d+)-(\d+)(\.\w+)$/.exec(path) ?? [];
    if (first === undefined) return [path];
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, i) => `${before}${Number(first) + i}${after}`);
  });
  return Object.fromEntries(all.map((path) => [path, '']));
}

/** Which images are where, as `train: cat/1.png cat, …`, and what was said. */
export async function layOut(contents: Contents, options: OpenOptions = { validationShare: 0 }) {
  const notes = new Notes();
  const { train, validation, test, classNames, validationFrom } = await layOutClasses(
    memoryTree(contents),
    options,
    notes,
  );
  const of = (split: typeof train | undefined) =>
    split?.records.map(({ id, label }) => `${id} ${classNames[label]}`).join(', ');
  const told = { train: of(train), validation: of(validation), test: of(test) };
  return { ...told, validationFrom, notes: notes.list().map(({ text }) => text) };
}
