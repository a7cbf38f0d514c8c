import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noSoftwareWebgpu, runOnSoftwareWebgpu } from './software-webgpu.js';

type Found = [product: string, { tile: string; milliseconds: number; ofDefault: number }][];

describe.skipIf(noSoftwareWebgpu !== '')(`tiles of products on WebGPU ${noSoftwareWebgpu}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'alexnet-tiles-'));
  const run = (mode: string) =>
    runOnSoftwareWebgpu(['webgpu-tiles-child.mjs', mode], {
      ALEXNET_WEBGPU_TILES: 'search',
      ALEXNET_CACHE_DIR: folder,
    });
  afterAll(() => rmSync(folder, { recursive: true }));

  let first: {
    readonly search: {
      readonly timed: string[];
      readonly left: number[];
      readonly taken: string[];
      readonly bits: number;
      readonly tape: {
        readonly calls: number[];
        readonly counts: number[];
        readonly tiles: string[];
      };
      readonly found: Found;
      readonly where: string;
    };
    readonly compared: Record<string, Record<string, { differences: number; isThere: boolean }>>;
  };
  let again: {
    readonly kept: { readonly tiles: string[]; readonly timed: number };
    readonly mended: string[];
    readonly really: {
      readonly found: Found[number][1];
      readonly remark: string;
      readonly reported: Found[number][1];
    };
  };
  let kept: string;

  beforeAll(() => {
    first = run('first') as typeof first;
    const { where } = first.search;
    kept = readFileSync(where, 'utf8');
    // The second of them by somebody else: no tile there is.
    writeFileSync(where, kept.replace('128x128x8_8x8', '9x9x9_9x9'));
    again = run('again') as typeof again;
  });

  it('give the same bits, whichever is taken', () => {
    for (const [kind, seen] of Object.entries(first.compared)) {
      expect(Object.keys(seen).length, kind).toBe(18);
      const wrong = Object.entries(seen).filter(([, one]) => one.differences > 0 || !one.isThere);
      expect(wrong).toEqual([]);
    }
  });

  it('are measured once, but for those that do not run or differ, and kept', () => {
    const { timed, left, taken, bits, tape, found } = first.search;
    expect(timed).toContain('128 64 16 8 4');
    expect(timed).toContain('64 64 16 8 8');
    // One of them was no WGSL, one computed something else.
    expect(timed).not.toContain('64 128 16 4 8');
    expect(timed).not.toContain('32 32 16 4 4');
    expect(left).toEqual([0, 0]);
    expect(taken).toEqual(['64x64x16_4x4']);
    expect(bits).toBe(0);
    // On tape with the default, op by op and then on tape anew with what was found, all to the bit.
    expect(tape.calls).toEqual([2, 3, 4, 4]);
    expect(tape.counts).toEqual([0, 0, 0]);
    expect(new Set(tape.tiles)).toEqual(new Set(['128x128x8_8x8']));
    expect(found.map(([, { tile }]) => tile)).toEqual(['64x64x16_4x4', '128x128x8_8x8']);
    expect(kept).toContain('64x64x16_4x4');

    expect(again.kept).toEqual({ tiles: ['64x64x16_4x4'], timed: 0 });
    expect(again.mended).toEqual(['128x32x16_8x4']);
    const mended = readFileSync(first.search.where, 'utf8');
    expect(mended).toContain('64x64x16_4x4');
    expect(mended).toContain('128x32x16_8x4');
    expect(mended).not.toContain('9x9x9');
  });

  it('are timed by the timestamps of the device, and told', () => {
    const { found, remark, reported } = again.really;
    expect(remark).toMatch(/^searched for by timestamps of the device, kept in .*webgpu-tiles/);
    expect(reported).toMatchObject(found);
    expect(found.milliseconds).toBeGreaterThan(0);
    expect(found.milliseconds).toBeLessThanOrEqual(found.ofDefault);
  });
});
