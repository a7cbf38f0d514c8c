/** An image a cell of a table names. */
export interface NamedImage {
  readonly path: string;
  /** Named with its ending, or with a folder: no number in another column is. */
  readonly whole: boolean;
  /** Named by its path from the table: no image elsewhere is meant. */
  readonly exact: boolean;
}

/** Finds the image a cell names, by path or name, with or without ending. */
export type FindImage = (cell: string) => NamedImage | undefined;

/**
 * Finds an image by its path from the table, its path from the folder, the end of a path from elsewhere
 * (`../input/train/1.jpg`), or its name, with or without ending; a name of two images finds none.
 *
 * @returns What finds for a table in the folder at a prefix.
 */
export function indexImages(images: readonly string[]): (tablePrefix: string) => FindImage {
  const byKey = new Map<string, { readonly path: string; readonly whole: boolean } | null>();
  for (const path of images) {
    for (const { key, whole } of namesOf(path)) {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { path, whole });
      else if (known?.path !== path) byKey.set(key, null);
    }
  }
  return (tablePrefix) => (cell) => {
    const key = keyOf(cell);
    if (key === '') return undefined;
    const full = `${tablePrefix.normalize('NFC')}${key}`;
    const found = byKey.get(full) ?? byKey.get(key) ?? byKey.get(knownEnd(key, byKey));
    if (!found) return undefined;
    const path = found.path.normalize('NFC');
    const exact = path === full || withoutEnding(path) === full;
    return { path: found.path, whole: found.whole || key.includes('/'), exact };
  };
}

/**
 * The longest end of a path, a folder and a name at least, that is known: `train/1.jpg` of
 * `C:/set/train/1.jpg`. A name alone may be another split's.
 */
function knownEnd(path: string, known: ReadonlyMap<string, unknown>): string {
  const parts = path.split('/');
  const ends = parts.slice(1, -1).map((_, i) => parts.slice(i + 1).join('/'));
  return ends.find((end) => known.has(end)) ?? '';
}

/** The first of `cells` that may also mean one of `others`, and that one. */
export function alsoNamed(
  cells: Iterable<string>,
  others: readonly string[],
): { readonly cell: string; readonly other: string } | null {
  const byKey = new Map([...cells].map((cell) => [keyOf(cell), cell]));
  if (byKey.size === 0) return null;
  for (const other of others) {
    for (const { key } of namesOf(other)) {
      const cell = byKey.get(key);
      if (cell !== undefined) return { cell, other };
    }
  }
  return null;
}

/** Ends of a path that may stand for it. */
function namesOf(path: string): { readonly key: string; readonly whole: boolean }[] {
  const parts = path.normalize('NFC').split('/');
  return parts.flatMap((_, from) => {
    const tail = parts.slice(from).join('/');
    return [
      { key: tail, whole: true },
      { key: withoutEnding(tail), whole: false },
    ];
  });
}

function withoutEnding(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}

function keyOf(cell: string): string {
  return cell
    .trim()
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '');
}
