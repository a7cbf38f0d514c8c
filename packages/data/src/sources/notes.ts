import type { FileTree } from '../archives/folder-tree.js';
import type { DatasetNote } from '../dataset.js';

const SHOWN = 3;

/** What was met while a source was read, counted, the first ones named. */
export class Notes {
  readonly #groups = new Map<
    string,
    { code: DatasetNote['code']; what: string; names: string[] }
  >();
  readonly #lines: DatasetNote[] = [];
  readonly #used = new Set<string>();

  /** @param what Plural, as in "left out files that are no images (3): …". */
  leftOut(code: DatasetNote['code'], what: string, name: string): void {
    const group = this.#groups.get(what) ?? { code, what, names: [] };
    group.names.push(name);
    this.#groups.set(what, group);
  }

  /** The same for what was left out before for a reason that says less. */
  leftOutInstead(code: DatasetNote['code'], what: string, name: string): void {
    for (const group of this.#groups.values()) {
      group.names = group.names.filter((left) => left !== name);
    }
    this.leftOut(code, what, name);
  }

  /** A file that turned out to be a list of labels is not left out. */
  used(name: string): void {
    this.#used.add(name);
  }

  /** Nor are tables that were read, and the folders about labels they lie in. */
  usedTables(tables: readonly { readonly path: string; readonly prefix: string }[]): void {
    for (const { path, prefix } of tables) {
      this.used(path);
      this.used(prefix);
    }
  }

  say(code: DatasetNote['code'], count: number, text: string): void {
    this.#lines.push({ code, count, text });
  }

  /** Says what a tree does not show. */
  addHidden({ tooDeep = [] }: FileTree): void {
    for (const path of tooDeep) {
      this.leftOut('other-folders', 'folders that lie too deep in others', path);
    }
  }

  /** Takes over what was noted apart. */
  add(other: Notes): void {
    for (const { code, what, names } of other.#groups.values()) {
      for (const name of names) this.leftOut(code, what, name);
    }
    for (const name of other.#used) this.#used.add(name);
    this.#lines.push(...other.#lines);
  }

  list(): DatasetNote[] {
    const counted = [...this.#groups.values()].flatMap(({ code, what, names: all }) => {
      const names = all.filter((name) => !this.#used.has(name));
      if (names.length === 0) return [];
      const text = `left out ${what} (${names.length}): ${someOf(names)}`;
      return [{ code, count: names.length, text }];
    });
    return [...counted, ...this.#lines];
  }
}

/** The first few of many names. */
export function someOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
