import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
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

  it('give the same bits, whichever is taken', () => {
    const all = run('compareFew') as Record<
      string,
      Record<string, { differences: number; isThere: boolean }>
    >;
    for (const [kind, seen] of Object.entries(all)) {
      expect(Object.keys(seen).length, kind).toBe(18);
      const wrong = Object.entries(seen).filter(([, one]) => one.differences > 0 || !one.isThere);
      expect(wrong).toEqual([]);
    }
  });

  it('are measured once, but for those that do not run or differ, and kept', () => {
    const first = run('searchOnce') as {
      timed: string[];
      left: number[];
      taken: string[];
      bits: number;
      tape: { calls: number[]; counts: number[]; tiles: string[] };
      found: Found;
      where: string;
    };
    expect(first.timed).toContain('128 64 16 8 4');
    expect(first.timed).toContain('64 64 16 8 8');
    // One of them was no WGSL, one computed something else.
    expect(first.timed).not.toContain('64 128 16 4 8');
    expect(first.timed).not.toContain('32 32 16 4 4');
    expect(first.left).toEqual([0, 0]);
    expect(first.taken).toEqual(['64x64x16_4x4']);
    expect(first.bits).toBe(0);
    // On tape with the default, op by op and then on tape anew with what was found, all to the bit.
    expect(first.tape.calls).toEqual([2, 3, 4, 4]);
    expect(first.tape.counts).toEqual([0, 0, 0]);
    expect(new Set(first.tape.tiles)).toEqual(new Set(['128x128x8_8x8']));
    expect(first.found.map(([, { tile }]) => tile)).toEqual(['64x64x16_4x4', '128x128x8_8x8']);
    const kept = readFileSync(first.where, 'utf8');
    expect(kept).toContain('64x64x16_4x4');

    // The second of them by somebody else: no tile there is.
    writeFileSync(first.where, kept.replace('128x128x8_8x8', '9x9x9_9x9'));
    const again = run('searchAgain') as {
      kept: { tiles: string[]; timed: number };
      mended: string[];
      found: Found;
    };
    expect(again.kept).toEqual({ tiles: ['64x64x16_4x4'], timed: 0 });
    expect(again.mended).toEqual(['128x32x16_8x4']);
    const mended = readFileSync(first.where, 'utf8');
    expect(mended).toContain('64x64x16_4x4');
    expect(mended).toContain('128x32x16_8x4');
    expect(mended).not.toContain('9x9x9');
  });

  it('are timed by the timestamps of the device, and told', () => {
    const { found, remark, reported } = run('searchReally') as {
      found: Found[number][1];
      remark: string;
      reported: Found[number][1];
    };
    expect(remark).toMatch(/^searched for by timestamps of the device, kept in .*webgpu-tiles/);
    expect(reported).toMatchObject(found);
    expect(found.milliseconds).toBeGreaterThan(0);
    expect(found.milliseconds).toBeLessThanOrEqual(found.ofDefault);
  });
});
