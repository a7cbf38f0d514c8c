import { IMAGENET_CLASSES } from '../imagenet.js';

/** A list of classes: what they are called, and what else they are known by. */
export interface ClassList {
  /** In label order; `null` when nothing is known but how many there are. */
  readonly names: readonly string[] | null;
  /** Folder names or WordNet ids, in the same order. */
  readonly ids?: readonly string[];
  readonly count: number;
}

/** Which output of a network is which class of a data set. */
export interface ClassMatch {
  /** Output index for every class of the data, -1 where the network has none. */
  readonly outputs: readonly number[];
  /** How they were matched: the same list, WordNet ids, or names. */
  readonly by: 'order' | 'wnid' | 'name';
  /** Names of classes of the data that the network does not have. */
  readonly unknown: readonly string[];
  /** Names of classes of the network that the data do not have. */
  readonly unused: readonly string[];
  /** One line: what was matched by what, and what differs. */
  readonly line: string;
}

/** Of 1,000 names so many must stand where ImageNet has them for the others to be told by their place. */
const BY_PLACE = 900;

const wnidByName = uniqueKeys(
  IMAGENET_CLASSES.flatMap(({ wnid, synonyms }) => [
    [plain(synonyms.join(', ')), wnid] as const,
    ...synonyms.map((name) => [plain(name), wnid] as const),
  ]),
);
const wnids = new Set(IMAGENET_CLASSES.map(({ wnid }) => wnid));

/**
 * Matches the classes of a data set with the outputs of a network, in whatever order each has them.
 * ImageNet's classes are the same whether called `n01440764`, "tench" or "tench, Tinca tinca"; 1,000
 * outputs without names are ImageNet's in the order of sorted WordNet ids, as Caffe, PyTorch and Keras
 * have them. Other classes match by name, whatever their case, blanks and underscores.
 */
export function matchClasses(network: ClassList, data: ClassList): ClassMatch {
  const names = (list: ClassList) =>
    list.names ??
    (list.count === IMAGENET_CLASSES.length
      ? IMAGENET_CLASSES.map(({ synonyms }) => synonyms.join(', '))
      : Array.from({ length: list.count }, (_, index) => `class ${index}`));
  const own = names(network);
  const theirs = names(data);
  const assumed = network.names === null && network.count === IMAGENET_CLASSES.length;
  const isSame = own.length === theirs.length && own.every((name, index) => name === theirs[index]);
  if (isSame) {
    const outputs = [...own.keys()];
    const line = `classes: the network's ${own.length}, in the same order`;
    return { outputs, by: 'order', unknown: [], unused: [], line };
  }
  const ownWnids = identify(network);
  const theirWnids = identify(data);
  const byWnid = uniqueKeys(
    ownWnids.flatMap((wnid, i) => (wnid === null ? [] : [[wnid, i] as const])),
  );
  const byName = uniqueKeys(
    own.flatMap((name, i) => keysOf(name, network.ids?.[i]).map((key) => [key, i] as const)),
  );
  let viaWnid = 0;
  const outputs = theirs.map((name, label) => {
    const wnid = theirWnids[label];
    const found = wnid ? byWnid.get(wnid) : undefined;
    if (found !== undefined) {
      viaWnid++;
      return found;
    }
    for (const key of keysOf(name, data.ids?.[label])) {
      const output = byName.get(key);
      if (output !== undefined) return output;
    }
    return -1;
  });
  const used = new Set(outputs);
  const unknown = theirs.filter((_, label) => outputs[label] === -1);
  const unused = own.filter((_, output) => !used.has(output));
  const matched = theirs.length - unknown.length;
  const by = viaWnid > 0 ? 'wnid' : 'name';
  const how = by === 'wnid' ? (viaWnid === matched ? 'WordNet id' : 'WordNet id and name') : 'name';
  const line = [
    `classes: ${matched} of ${theirs.length} matched by ${how} among the network's ${own.length}`,
    ...(assumed ? ['its outputs have no names and are taken in ImageNet’s order'] : []),
    ...(unknown.length > 0 ? [`unknown to the network: ${some(unknown)}`] : []),
    ...(unused.length > 0 && unknown.length > 0 ? [`not in the data: ${some(unused)}`] : []),
  ].join('; ');
  return { outputs, by, unknown, unused, line };
}

/** The WordNet id of every class of a list, `null` for those that have none. */
function identify({ names, ids, count }: ClassList): (string | null)[] {
  const isWhole = count === IMAGENET_CLASSES.length;
  const found = Array.from({ length: count }, (_, index) => {
    const name = names?.[index] ?? '';
    const id = ids?.[index] ?? '';
    return (
      wnidIn(id) ?? wnidIn(name) ?? wnidByName.get(plain(name)) ?? wnidByName.get(plain(id)) ?? null
    );
  });
  const inPlace = IMAGENET_CLASSES.filter(({ wnid }, index) => found[index] === wnid).length;
  if (!isWhole || (names !== null && inPlace < BY_PLACE)) return found;
  return IMAGENET_CLASSES.map(({ wnid }, index) => found[index] ?? wnid);
}

/** A WordNet id that a text is or holds, as in `n01440764 tench` and `crane (n02012849)`. */
function wnidIn(text: string): string | null {
  const wnid = /(?:^|[^a-z0-9])(n\d{8})(?![0-9])/i.exec(text)?.[1]?.toLowerCase();
  return wnid !== undefined && wnids.has(wnid) ? wnid : null;
}

function keysOf(name: string, id: string | undefined): string[] {
  const keys = [plain(name), ...(id === undefined ? [] : [plain(id)])];
  return [...new Set(keys)];
}

/** A name without what people spell differently. */
function plain(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’'`"]/g, '')
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

/** A map of keys that one value has; a name two classes share tells neither. */
function uniqueKeys<T>(pairs: readonly (readonly [key: string, value: T])[]): Map<string, T> {
  const found = new Map<string, T>();
  const shared = new Set<string>();
  for (const [key, value] of pairs) {
    if (found.has(key) && found.get(key) !== value) shared.add(key);
    else found.set(key, value);
  }
  for (const key of shared) found.delete(key);
  return found;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
