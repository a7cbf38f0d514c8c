import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resizePicture, resizeShorterSide } from '../src/index.js';
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
