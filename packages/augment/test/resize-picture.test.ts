import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cropPicture, resizePicture, resizeShorterSide } from '../src/index.js';
import { resizeWindow } from '../src/resize-picture.js';
import { positionPicture } from './picture-helpers.js';

interface GoldenCase {
  readonly from: [number, number];
  readonly to: [number, number];
  readonly pixels: string;
  readonly resized: string;
}

const golden: GoldenCase[] = JSON.parse(
  readFileSync(new URL('./fixtures/resize-golden.json', import.meta.url), 'utf8'),
);
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

describe('resizePicture', () => {
  it.each(golden)('equals Pillow, $from to $to', ({ from, to, pixels, resized }) => {
    const picture = { width: from[0], height: from[1], data: bytes(pixels) };
    const result = resizePicture(picture, { width: to[0], height: to[1] });
    expect(new Uint8Array(result.data)).toEqual(bytes(resized));
  });
});

describe('resizeShorterSide', () => {
  it.each([
    [500, 375, 256, [341, 256]],
    [375, 500, 256, [256, 341]],
    [100, 100, 64, [64, 64]],
  ])('makes %i × %i with shorter side %i the size torchvision makes', (w, h, side, size) => {
    const { width, height } = resizeShorterSide(positionPicture(w, h), side);
    expect([width, height]).toEqual(size);
  });

  it('returns a picture of the right size as it is', () => {
    const picture = positionPicture(64, 80);
    expect(resizeShorterSide(picture, 64)).toBe(picture);
  });

  it('refuses pixels that do not fill the picture', () => {
    const picture = { width: 4, height: 4, data: new Uint8Array(47) };
    expect(() => resizeShorterSide(picture, 2)).toThrow('needs 4 × 4 × 3 = 48 bytes');
  });
});

describe('resizeWindow', () => {
  it.each([
    [
      { width: 16, height: 10 },
      { top: 3, left: 5, height: 4, width: 7 },
    ],
    [
      { width: 50, height: 40 },
      { top: 30, left: 0, height: 10, width: 37 },
    ],
    [
      { width: 37, height: 12 },
      { top: 0, left: 1, height: 12, width: 36 },
    ],
  ])('of %j is that box of the whole', (size, box) => {
    const picture = { width: 37, height: 23, data: bytes(golden[0]?.pixels ?? '') };
    const whole = cropPicture(resizePicture(picture, size), box);
    expect([...resizeWindow(picture, size, box).data]).toEqual([...whole.data]);
  });
});
