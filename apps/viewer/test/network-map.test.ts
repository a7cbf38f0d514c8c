import { convHead, createSpec, layerTable, PRESET_NAMES } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { networkMap } from '../src/lib/maps/network-map.js';

describe('the map of a network', () => {
  it.each(PRESET_NAMES)(
    'of %s shows every layer, every parameter and every multiply-add',
    (preset) => {
      const spec = createSpec(preset);
      const rows = layerTable(spec);
      const { stages, width, height } = networkMap(spec);
      const total = (key: 'parameters' | 'macs') => rows.reduce((sum, row) => sum + row[key], 0);
      expect(stages.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(total('parameters'));
      expect(stages.reduce((sum, { macs }) => sum + macs, 0)).toBe(total('macs'));
      expect(stages.flatMap(({ layers }) => layers)).toEqual(
        rows.filter(({ op }) => op !== 'dropout' && op !== 'flatten').map(({ name }) => name),
      );
      for (const { boxes } of stages) {
        for (const { front, depth } of boxes) {
          expect(front.x).toBeGreaterThanOrEqual(0);
          expect(front.x + front.w + depth).toBeLessThanOrEqual(width);
          expect(front.y - depth).toBeGreaterThanOrEqual(0);
          expect(front.y + front.h).toBeLessThanOrEqual(height);
        }
      }
    },
  );

  it('draws the towers of the paper apart, and lets them meet where the paper does', () => {
    const { stages } = networkMap(createSpec('paper'));
    const reached = Object.fromEntries(
      stages.map(({ layer, boxes }) => [layer, boxes.map(({ targets }) => targets.length)]),
    );
    // conv2, conv4 and conv5 read their own tower; conv3 and the dense layers read both.
    expect(reached).toMatchObject({
      image: [2],
      conv1: [1, 1],
      conv2: [2, 2],
      conv3: [1, 1],
      conv4: [1, 1],
      conv5: [2, 2],
      fc7: [1, 1],
      fc8: [0],
    });
  });

  it('keeps one scale for every map', () => {
    const { stages } = networkMap(createSpec('alexnet'));
    const heights = stages.flatMap(({ kind, boxes }) =>
      kind === 'units' ? [] : (boxes[0]?.front.h ?? 0),
    );
    const [input = 0, conv1 = 0, conv2 = 0] = heights;
    expect(conv1 / input).toBeCloseTo(55 / 227, 6);
    expect(conv2 / input).toBeCloseTo(27 / 227, 6);
  });

  it('draws a dense head rewritten as convolutions, with the mean at its end', () => {
    expect(networkMap(convHead(createSpec('alexnet'))).stages.at(-1)?.layer).toBe('score');
  });
});
