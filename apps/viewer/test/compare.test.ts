import { expect, it } from 'vitest';
import { reachOf } from '../src/lib/explain/heat-image.js';
import { coverBox, covered } from '../src/lib/images/cover.js';
import { differences, distance } from '../src/lib/network/compare.js';
import { readEmbed, withoutEmbed } from '../src/lib/page/embed.js';

it('two answers are compared by the names of their classes, the largest difference first', () => {
  const first = { probabilities: Float32Array.of(0.5, 0.25, 0.25), classNames: ['a', 'b', 'c'] };
  const second = { probabilities: Float32Array.of(0.25, 0.25, 0.5), classNames: ['c', 'b', 'd'] };
  expect(differences(first, second, 3)).toEqual([
    { className: 'a', nth: 0, first: 0.5, second: null },
    { className: 'd', nth: 0, first: null, second: 0.5 },
    { className: 'b', nth: 0, first: 0.25, second: 0.25 },
  ]);
  // ImageNet has two cranes: a bird and a machine.
  const cranes = { probabilities: Float32Array.of(1, 0), classNames: ['crane', 'crane'] };
  expect(differences(cranes, { ...cranes, probabilities: Float32Array.of(0.5, 0.5) }, 2)).toEqual([
    { className: 'crane', nth: 0, first: 1, second: 0.5 },
    { className: 'crane', nth: 1, first: 0, second: 0.5 },
  ]);
  expect(distance(first, second)).toBeNull();
  expect(distance(first, { ...first, probabilities: Float32Array.of(0, 0.5, 0.5) })).toBe(0.5);
});

it('maps that are compared share the color of their largest magnitude', () => {
  expect(reachOf(Float32Array.of(1, 2), Float32Array.of(-3, 0))).toBe(3);
  expect(reachOf(new Float32Array(4))).toBe(1);
});

it('a gray square covers what lies under it, and no more at the edge', () => {
  const image = { width: 10, height: 6, data: new Uint8Array(180).fill(7) };
  const cover = { x: 0.1, y: 0.5, size: 0.5 };
  expect(coverBox(image, cover)).toEqual({ columns: { from: 0, to: 3 }, rows: { from: 2, to: 5 } });
  const { data } = covered(image, cover);
  const gray = [...data].map((value) => value === 128);
  expect(gray.filter(Boolean).length).toBe(3 * 3 * 3);
  expect(gray[(2 * 10 + 2) * 3]).toBe(true);
  expect(gray[(2 * 10 + 3) * 3]).toBe(false);
  expect(image.data.every((value) => value === 7)).toBe(true);
});

it('an address asks for one panel, and leads back to the whole page', () => {
  expect(readEmbed(new URLSearchParams('embed=unit'))).toEqual({ panel: 'unit', unknown: null });
  expect(readEmbed(new URLSearchParams('embed=window'))).toEqual({
    panel: null,
    unknown: 'window',
  });
  expect(readEmbed(new URLSearchParams(''))).toEqual({ panel: null, unknown: null });
  expect(withoutEmbed('https://a.b/c/?embed=unit&unit=3')).toBe('https://a.b/c/?unit=3');
});
