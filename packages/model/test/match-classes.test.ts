import { describe, expect, it } from 'vitest';
import { matchClasses } from '../src/classes/match-classes.js';
import { IMAGENET_CLASSES } from '../src/imagenet.js';

const list = (names: readonly string[], ids?: readonly string[]) => ({
  names,
  count: names.length,
  ...(ids ? { ids } : {}),
});
const torchvision = list(IMAGENET_CLASSES.map(({ name }) => name));
const caffe = list(IMAGENET_CLASSES.map(({ wnid, synonyms }) => `${wnid} ${synonyms.join(', ')}`));

describe('ImageNet’s classes', () => {
  it.each([
    ['their ids', list(['n01443537', 'n01440764'])],
    ['a name', list(['goldfish', 'tench'])],
    ['all names', list(['goldfish, Carassius auratus', 'tench, Tinca tinca'])],
    ['names of their own over ids', list(['Fish A', 'Fish B'], ['n01443537', 'n01440764'])],
  ])('are the same by %s', (_, data) => {
    for (const network of [torchvision, caffe, { names: null, count: 1000 }]) {
      const match = matchClasses(network, data);
      expect(match.outputs).toEqual([1, 0]);
      expect(match).toMatchObject({ by: 'wnid', unknown: [] });
    }
  });

  it('in another order, as the development kit has them', () => {
    const order = IMAGENET_CLASSES.map((_, index) => (index * 7) % 1000);
    const kit = list(order.map((index) => IMAGENET_CLASSES[index]?.wnid ?? ''));
    expect(matchClasses(torchvision, kit).outputs).toEqual(order);
    const shuffled = list(order.map((index) => IMAGENET_CLASSES[index]?.synonyms.join(', ') ?? ''));
    expect(matchClasses(shuffled, list(['n01440764'])).outputs).toEqual([0]);
  });

  it('whose name two share are told by their place among the 1,000, or by their id', () => {
    const cranes = IMAGENET_CLASSES.flatMap(({ name }, index) => (name === 'crane' ? [index] : []));
    expect(cranes).toHaveLength(2);
    const ids = cranes.map((index) => IMAGENET_CLASSES[index]?.wnid ?? '');
    expect(matchClasses(torchvision, list(ids)).outputs).toEqual(cranes);
    expect(matchClasses(torchvision, list(['crane', 'tench'])).outputs).toEqual([-1, 0]);
  });
});

describe('other classes', () => {
  it('match by name in any order, whatever the spelling', () => {
    const match = matchClasses(list(['Ash tree', 'elm', 'oak']), list(['OAK', 'ash_tree']));
    expect(match).toMatchObject({ outputs: [2, 0], by: 'name', unknown: [], unused: ['elm'] });
    expect(match.line).toBe("classes: 2 of 2 matched by name among the network's 3");
  });

  it('list what differs', () => {
    const match = matchClasses(list(['ash', 'elm', 'oak']), list(['elm', 'fir', 'yew']));
    expect(match).toMatchObject({ outputs: [1, -1, -1], unknown: ['fir', 'yew'] });
    expect(match.line).toContain('unknown to the network: fir, yew; not in the data: ash, oak');
  });

  it('of the same list are the same', () => {
    const match = matchClasses(list(['b', 'a']), list(['b', 'a']));
    expect(match).toMatchObject({ outputs: [0, 1], by: 'order' });
  });
});

it.each([
  ['by their ids', list(['Fish A', 'Fish B'], ['ash', 'elm']), list(['elm', 'ash'])],
  ['by the ids of the data', list(['elm', 'ash']), list(['Tree A', 'Tree B'], ['ash', 'elm'])],
  [
    'with blanks, quotes and wide letters',
    list([' Bird’s\tnest ', 'ｅｌｍ']),
    list(['elm', '"birds_nest"']),
  ],
])('other classes match %s', (_, network, data) => {
  expect(matchClasses(network, data)).toMatchObject({ outputs: [1, 0], by: 'name', unknown: [] });
});

describe('1,000 outputs', () => {
  /** ImageNet's names, so many of them replaced. */
  const renamed = (count: number) =>
    list(IMAGENET_CLASSES.map(({ wnid }, i) => (i < count ? `output ${i}` : wnid)));
  const known = (count: number) =>
    matchClasses(renamed(count), list(['n01440764', 'n01443537'])).outputs;
  it('of which 900 have ImageNet’s names in its order are ImageNet’s', () => {
    expect(known(100)).toEqual([0, 1]);
    expect(known(101)).toEqual([-1, -1]);
  });

  it('999 of them are not', () => {
    const fewer = { names: null, count: 999 };
    expect(matchClasses(fewer, list(['n01440764', 'class 1'])).outputs).toEqual([-1, 1]);
  });
});

it.each(['n01440764', 'N01440764 fish', 'a (n01440764)', 'x_n01440764', 'n01440764.tar'])(
  'the id in %j',
  (name) => {
    expect(matchClasses(torchvision, list([name, 'goldfish'])).outputs).toEqual([0, 1]);
  },
);

it.each(['n014407641', 'xn01440764', 'n0144076', 'n99999999'])('no id in %j', (name) => {
  expect(matchClasses(torchvision, list([name, 'goldfish'])).outputs).toEqual([-1, 1]);
});

it('names five of those that differ, and counts the rest', () => {
  const others = (count: number) => list(Array.from({ length: count }, (_, at) => `other ${at}`));
  const data = (count: number) => list(['tench', ...others(count).names]);
  const lineOf = (count: number) => matchClasses(torchvision, data(count)).line;
  expect(lineOf(5)).toContain('other 0, other 1, other 2, other 3, other 4;');
  expect(lineOf(6)).toContain('other 4 and 1 more;');
});
