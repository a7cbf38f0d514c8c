import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import wabt from 'wabt';
import { createRng } from '../src/index.js';
import { createCropWriter } from '../src/loader/crop-kernel.js';
import { createSlot, openSlot } from '../src/loader/slot.js';
import * as normalizeCrop from '../src/normalize-crop.js';

// The kernel falls back to the plain writer: what it did is only known by watching that one.
vi.mock('../src/normalize-crop.js', { spy: true });
const { channelAffine, writeCrop } = normalizeCrop;

const source = new URL('../src/loader/crop-kernel.wat', import.meta.url);

describe('crop kernel', () => {
  // `vitest -u` writes the file anew after a change of the source.
  it('is what its source compiles to', async () => {
    const { parseWat } = await wabt();
    const features = { threads: true, simd: true };
    const text = parseWat('crop-kernel.wat', await readFile(source, 'utf8'), features);
    const binary = Buffer.from(text.toBinary({}).buffer).toString('base64');
    const file = `/** \`crop-kernel.wat\`, compiled by wabt. */\nexport const CROP_KERNEL =\n  '${binary}';\n`;
    await expect(file).toMatchFileSnapshot('../src/loader/crop-kernel-wasm.ts');
  });

  it('gives the bits of writeCrop for every width, place, order, mean and deviation', () => {
    const slot = openSlot(createSlot(4 * 64 * 64 * 3, 70 * 60 * 3));
    const { room, batch, write } = slot;
    const data = room(2, 70 * 60 * 3);
    if (data === null) throw new Error('no room');
    for (let i = 0; i < 300; i++) {
      const rng = createRng(3, i);
      for (let at = 0; at < data.length; at++) data[at] = rng.below(256);
      const width = 1 + rng.below(60);
      const height = 1 + rng.below(60);
      const box = {
        top: rng.below(60 - height + 1),
        left: rng.below(70 - width + 1),
        height,
        width,
      };
      const affine = channelAffine(
        {
          channelOrder: rng.below(2) === 0 ? 'rgb' : 'bgr',
          range: rng.below(2) === 0 ? 1 : 255,
          mean: [rng.next() * 200, rng.next(), 33.3],
          std: rng.below(2) === 0 ? null : [58.395, 0.224, 1 + rng.next()],
        },
        [rng.normal(), rng.normal(), rng.normal()],
        1 / 1.1,
      );
      const image = { width: 70, height: 60, data };
      const flip = rng.below(2) === 0;
      const offset = rng.below(9);
      const expected = new Float32Array(offset + width * height * 3 + 20).fill(-7);
      writeCrop(expected, offset, image, box, flip, affine);
      batch.fill(-7);
      vi.mocked(writeCrop).mockClear();
      write(batch, offset, image, box, flip, affine);
      expect(writeCrop).toHaveBeenCalledTimes(width < 4 ? 1 : 0);
      const same = Buffer.compare(
        Buffer.from(expected.buffer),
        Buffer.from(batch.slice(0, expected.length).buffer),
      );
      expect({ ...box, flip, same }).toEqual({ ...box, flip, same: 0 });
    }
  });

  it('keeps images in flight apart, takes images from elsewhere in, and too large ones the plain way', () => {
    const { room, batch, write } = openSlot(createSlot(1000, 8 * 8 * 3));
    room(0, 192)?.fill(1);
    room(1, 192)?.fill(2);
    expect([room(0, 192)?.at(-1), room(1, 192)?.[0], room(0, 100_000)]).toEqual([1, 2, null]);
    const affine = channelAffine({ channelOrder: 'rgb', range: 255, mean: null, std: null });
    for (const [side, plainCalls] of [
      [8, 0],
      [200, 1],
    ] as const) {
      const data = new Uint8Array(side * side * 3).fill(side % 100);
      vi.mocked(writeCrop).mockClear();
      const box = { top: 0, left: 0, height: 8, width: 8 };
      write(batch, 0, { width: side, height: side, data }, box, false, affine);
      expect([batch[0], batch[191]]).toEqual([side % 100, side % 100]);
      expect(writeCrop).toHaveBeenCalledTimes(plainCalls);
    }
    expect([room(0, 192)?.at(-1), room(1, 192)?.[0]]).toEqual([1, 2]);
  });

  it('works in any shared memory that has room for its constants', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const data = new Uint8Array(memory.buffer, 112, 12).fill(5);
    const out = new Float32Array(memory.buffer, 160, 12);
    const affine = channelAffine({ channelOrder: 'rgb', range: 1, mean: null, std: null });
    const box = { top: 0, left: 0, height: 1, width: 4 };
    vi.mocked(writeCrop).mockClear();
    createCropWriter(memory)(out, 0, { width: 4, height: 1, data }, box, true, affine);
    expect(writeCrop).not.toHaveBeenCalled();
    expect([...out]).toEqual(Array(12).fill(Math.fround(5 / 255)));
  });
});
