/** What a folder or file name says its images are for. */
export type SplitKind = 'train' | 'validation' | 'test' | 'unlabeled';

const WORDS: Readonly<Record<string, SplitKind>> = {
  train: 'train',
  training: 'train',
  trn: 'train',
  trainval: 'train',
  val: 'validation',
  valid: 'validation',
  validate: 'validation',
  validation: 'validation',
  dev: 'validation',
  devel: 'validation',
  eval: 'validation',
  evaluation: 'validation',
  holdout: 'validation',
  test: 'test',
  tests: 'test',
  testing: 'test',
  tst: 'test',
  pred: 'unlabeled',
  predict: 'unlabeled',
  prediction: 'unlabeled',
  unlabeled: 'unlabeled',
  unlabelled: 'unlabeled',
};
/** Words that say nothing beside one of the others: `seg_train`, `Test Images`, `train-set`. */
const FILLERS = new Set(
  'a all cls crop cropped data dataset datasets file files folder full image images img imgs jpeg jpg loc new of original originals photo photos pic pics png private public raw resized samples seg set sets split the'.split(
    ' ',
  ),
);
const COMPOUND = /^(train|training|val|valid|validation|dev|test|testing)(set|data|images?|imgs?)$/;

/** What a name says it is for, and what else it says. */
export interface SplitName {
  readonly kind: SplitKind;
  /** Other words, as the `birds` of `birds-train`; empty for most. */
  readonly rest: string;
}

/**
 * Reads a split's name in the spellings people use: `train`, `Training`, `TRAIN_DATA`, `seg_train`,
 * `train2012`, `validSet`, `test 1` …
 *
 * @returns `null` for a name that names no split, or two.
 */
export function readSplitName(name: string): SplitName | null {
  const kinds = new Set<SplitKind>();
  const rest: string[] = [];
  for (const word of wordsOf(name)) {
    const kind = Object.hasOwn(WORDS, word) ? WORDS[word] : WORDS[COMPOUND.exec(word)?.[1] ?? ''];
    if (kind !== undefined) kinds.add(kind);
    else if (!FILLERS.has(word)) rest.push(word);
  }
  const [kind, ...others] = kinds;
  return kind === undefined || others.length > 0 ? null : { kind, rest: rest.join(' ') };
}

/** True for the name of a folder inside a split that is a wrapper and no class: a split's, or `images`. */
export function isWrapperName(name: string): boolean {
  return (
    readSplitName(name) !== null ||
    (/\p{L}/u.test(name) && wordsOf(name).every((word) => FILLERS.has(word)))
  );
}

const IMAGES = /^(images?|imgs?|photos?|pictures?|pics?|jpe?gs?|pngs?)$/;

/** True for the name of a folder that holds images and says no more: `images`, `JPEGImages`. */
export function isImagesName(name: string): boolean {
  const words = wordsOf(name);
  return words.length > 0 && words.every((word) => IMAGES.test(word));
}

function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .replace(/([a-z])([A-Z])|([A-Z]{2,})(?=[A-Z][a-z])/g, '$1$3 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
}
