import { decodeText } from '@alexnet/files';
import type { FileTree, Place } from '../archives/folder-tree.js';
import type { SplitKind } from './split-names.js';

/** `id path` a line; ids are numbers, or as NABirds' `0000139e-21dc-4d0c-bfe1-4cae3c85c829`. */
const IMAGES = 'images.txt';
/** `id mark` a line, 1 for training. */
const MARKS = 'train_test_split.txt';

/** What CUB-200-2011 and NABirds say their images are for, by their names there. */
export interface CubSplit {
  readonly path: string;
  /** Of its folder. */
  readonly prefix: string;
  readonly kinds: readonly (readonly [name: string, kind: SplitKind])[];
}

/** The two files in one of some folders; `null` where there are none. */
export async function readCubSplit(
  tree: FileTree,
  around: readonly Place[],
): Promise<CubSplit | null> {
  const place = around.find(({ folder }) => folder.files.has(IMAGES) && folder.files.has(MARKS));
  if (place === undefined) return null;
  const pairs = async (file: string) => {
    const text = decodeText(await tree.read(`${place.prefix}${file}`));
    return text.split(/\r?\n/).flatMap((line) => {
      const [, id, rest] = /^\s*(\S+)\s+(.*\S)/.exec(line) ?? [];
      return id === undefined || rest === undefined ? [] : [[id, rest] as const];
    });
  };
  const marks = new Map(await pairs(MARKS));
  const kinds = (await pairs(IMAGES)).flatMap(([id, name]) => {
    const mark = marks.get(id);
    if (mark !== '0' && mark !== '1') return [];
    return [[name, mark === '1' ? 'train' : 'test'] as const];
  });
  return { path: `${place.prefix}${MARKS}`, prefix: place.prefix, kinds };
}
