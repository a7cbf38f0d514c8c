import type { Elsewhere } from './experiment.js';

/**
 * CaffeNet on ImageNet at 128 px, fc6 and fc7 of 2,048 units, one run each: Mishkin, Sergievskiy and
 * Matas 2017; tables of github.com/ducha-aiki/caffenet-benchmark, July 2017.
 */
export const caffenet128 =
  (table: string) =>
  (from: readonly [string, number], to: readonly [string, number]): Elsewhere => ({
    from: from[0],
    to: to[0],
    difference: to[1] - from[1],
    source: `Mishkin, Sergievskiy and Matas 2017, ImageNet at 128 px (${table}.md): ${percent(from[1])} → ${percent(to[1])}`,
  });

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
