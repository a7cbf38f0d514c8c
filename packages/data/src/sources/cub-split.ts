import { decodeText } from '@alexnet/files';
import type { FileTree, Place } from '../archives/folder-tree.js';
import type { SplitKind } from './split-names.js';

/** `number path` a line. */
const IMAGES = 'images.txt';
/** `number mark` a line, 1 for training. */
const MARKS = 'train_test_split.txt';

/** What CUB-200-2011 says its images are for, by their names there. */
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
      const [, number, rest] = /^\s*(\d+)\s+(.*\S)/.exec(line) ?? [];
      return number === undefined || rest === undefined ? [] : [[number, rest] as const];
    });
  };
  const marks = new Map(await pairs(MARKS));
  const kinds = (await pairs(IMAGES)).flatMap(([number, name]) => {
    const mark = marks.get(number);
    if (mark !== '0' && mark !== '1') return [];
    return [[name, mark === '1' ? 'train' : 'test'] as const];
  });
  return { path: `${place.prefix}${MARKS}`, prefix: place.prefix, kinds };
}
