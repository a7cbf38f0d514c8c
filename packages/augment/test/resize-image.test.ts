import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cropImage, type ResizeMethod, resizeImage, resizeShorterSide } from '../src/index.js';
import { resizeWindow } from '../src/resize-image.js';
import { positionImage } from './image-helpers.js';

interface GoldenCase {
  readonly from: [number, number];
  readonly to: [number, number];
  readonly pixels: string;
  readonly bilinear: string;
  readonly bicubic: string;
  readonly opencv: string;
}

const golden: GoldenCase[] = JSON.parse(
  readFileSync(new URL('./fixtures/resize-golden.json', import.meta.url), 'utf8'),
);
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

const METHODS: Readonly<Record<'bilinear' | 'bicubic' | 'opencv', ResizeMethod>> = {
  bilinear: {},
  bicubic: { interpolation: 'bicubic' },
  opencv: { antialias: false },
};

describe.each(Object.entries(METHODS))('resizeImage', (name, method) => {
  it.each(golden)(
    `equals ${name === 'opencv' ? 'OpenCV' : `Pillow, ${name}`}, $from to $to`,
    (golden) => {
      const { from, to, pixels } = golden;
      const image = { width: from[0], height: from[1], data: bytes(pixels) };
      const result = resizeImage(image, { width: to[0], height: to[1] }, method);
      const expected = bytes(golden[name as keyof typeof METHODS]);
      expect(new Uint8Array(result.data)).toEqual(expected);
    },
  );
});

describe('resizeShorterSide', () => {
  it.each([
    [500, 375, 256, [341, 256]],
    [375, 500, 256, [256, 341]],
    [100, 100, 64, [64, 64]],
  ])('makes %i × %i with shorter side %i the size torchvision makes', (w, h, side, size) => {
    const { width, height } = resizeShorterSide(positionImage(w, h), side);
    expect([width, height]).toEqual(size);
  });

  it('returns an image of the right size as it is', () => {
    const image = positionImage(64, 80);
    expect(resizeShorterSide(image, 64)).toBe(image);
  });

  it('refuses pixels that do not fill the image', () => {
    const image = { width: 4, height: 4, data: new Uint8Array(47) };
    expect(() => resizeShorterSide(image, 2)).toThrow('needs 4 × 4 × 3 = 48 bytes');
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
    const image = { width: 37, height: 23, data: bytes(golden[0]?.pixels ?? '') };
    for (const method of Object.values(METHODS)) {
      const whole = cropImage(resizeImage(image, size, method), box);
      expect([...resizeWindow(image, size, box, method).data]).toEqual([...whole.data]);
    }
  });
});
