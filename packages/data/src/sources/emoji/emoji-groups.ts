import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/**
 * The groups of Unicode's emoji-test.txt in its order, without Component (skin tones and hair),
 * whose members are no images of their own.
 */
export const EMOJI_GROUPS = [
  'Smileys & Emotion',
  'People & Body',
  'Animals & Nature',
  'Food & Drink',
  'Travel & Places',
  'Activities',
  'Objects',
  'Symbols',
  'Flags',
] as const;

/** The sets drawn for training; {@link VALIDATION_SET} is held out whole. */
const TRAIN_SETS = ['noto', 'twemoji', 'openmoji', 'emojione'] as const;
export const VALIDATION_SET = 'fluent-emoji-flat';
/** Sets whose categories are Unicode's groups and agree with each other on every emoji. */
const REFERENCE_SETS = ['noto', 'twemoji', 'openmoji'];

/** One drawing: SVG body and the box it is drawn in. */
export interface EmojiIcon {
  readonly set: string;
  readonly name: string;
  /** Index into {@link EMOJI_GROUPS}. */
  readonly group: number;
  readonly body: string;
  readonly box: readonly [left: number, top: number, width: number, height: number];
}

interface IconShape {
  readonly body: string;
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
}

interface IconSet {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly icons: Readonly<Record<string, IconShape>>;
  readonly size: readonly [width: number, height: number];
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** Code points (`1f9d1-200d-1f680`) of every icon that has any. */
  readonly codes: ReadonlyMap<string, readonly string[]>;
  /** Other names of every icon. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}

export interface EmojiSets {
  readonly icons: readonly EmojiIcon[];
  readonly versions: Readonly<Record<string, string>>;
  readonly license: string;
}

/**
 * Reads the five icon sets and labels every icon by its Unicode group.
 *
 * The group comes from the emoji's code points, looked up in the three reference sets; an icon set
 * without code points (emojione) goes by name and its aliases, its country flags by its own category.
 * Skin-tone variants and icons outside Unicode's groups are left out.
 */
export async function readEmojiSets(): Promise<EmojiSets> {
  const sets = await Promise.all([...TRAIN_SETS, VALIDATION_SET].map(readIconSet));
  const byCode = new Map<string, number>();
  const byName = new Map<string, number>();
  for (const set of sets.filter(({ name }) => REFERENCE_SETS.includes(name))) {
    for (const [category, names] of Object.entries(set.categories)) {
      const group = groupIndex(category);
      if (group === -1) continue;
      for (const name of names) {
        byName.set(name, group);
        for (const alias of set.aliases.get(name) ?? []) byName.set(alias, group);
        for (const code of set.codes.get(name) ?? []) byCode.set(code, group);
      }
    }
  }
  return {
    icons: sets.flatMap((set) => labelIcons(set, byCode, byName)),
    versions: Object.fromEntries(sets.map(({ name, version }) => [name, version])),
    license: sets.map(({ name, license }) => `${name}: ${license}`).join('; '),
  };
}

function labelIcons(
  set: IconSet,
  byCode: ReadonlyMap<string, number>,
  byName: ReadonlyMap<string, number>,
): EmojiIcon[] {
  const icons: EmojiIcon[] = [];
  const categoryOf = new Map<string, string>();
  for (const [category, names] of Object.entries(set.categories)) {
    for (const name of names) if (!categoryOf.has(name)) categoryOf.set(name, category);
  }
  for (const [name, category] of [...categoryOf].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const icon = set.icons[name];
    const codes = set.codes.get(name) ?? [];
    if (icon === undefined || isSkinTone(name, codes)) continue;
    const names = [name, ...(set.aliases.get(name) ?? [])];
    const found = set.codes.size > 0 ? firstOf(byCode, codes) : firstOf(byName, names);
    const group = found ?? (name.startsWith('flag-for-') ? groupIndex(category) : -1);
    if (group === -1) continue;
    const { left = 0, top = 0, width = set.size[0], height = set.size[1] } = icon;
    icons.push({ set: set.name, name, group, body: icon.body, box: [left, top, width, height] });
  }
  return icons;
}

function firstOf(groups: ReadonlyMap<string, number>, keys: readonly string[]): number | undefined {
  return keys.map((key) => groups.get(key)).find((group) => group !== undefined);
}

/** U+1F3FB…U+1F3FF are the five skin tones. */
function isSkinTone(name: string, codes: readonly string[]): boolean {
  if (codes.length > 0) return codes.every((code) => /1f3f[b-f]/.test(code));
  return /(light|medium|dark)-skin-tone/.test(name);
}

/** Index of a category, or -1; openmoji writes "Food Drink" for "Food & Drink". */
function groupIndex(category: string): number {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]+/g, ' ');
  return EMOJI_GROUPS.findIndex((group) => plain(group) === plain(category));
}

const require = createRequire(import.meta.url);

async function readIconSet(name: string): Promise<IconSet> {
  const read = async (file: string) =>
    JSON.parse(await readFile(require.resolve(`@iconify-json/${name}/${file}`), 'utf8'));
  const [icons, metadata, chars, info, manifest] = await Promise.all(
    ['icons.json', 'metadata.json', 'chars.json', 'info.json', 'package.json'].map(read),
  );
  const parents: Record<string, { parent: string }> = icons.aliases ?? {};
  const original = (icon: string) => parents[icon]?.parent ?? icon;
  return {
    name,
    version: manifest.version,
    license: `${info.license.spdx}, ${info.author.name} (${info.author.url})`,
    icons: icons.icons,
    size: [icons.width, icons.height],
    categories: metadata.categories,
    codes: invert(Object.entries<string>(chars).map(([code, icon]) => [code, original(icon)])),
    aliases: invert(Object.entries(parents).map(([alias, { parent }]) => [alias, parent])),
  };
}

function invert(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const inverse = new Map<string, string[]>();
  for (const [from, to] of pairs) {
    const known = inverse.get(to);
    if (known === undefined) inverse.set(to, [from]);
    else known.push(from);
  }
  return inverse;
}
