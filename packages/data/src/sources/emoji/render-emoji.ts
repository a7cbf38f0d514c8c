import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { DatasetError, firstLine } from '../../errors.js';
import type { EmojiIcon } from './emoji-groups.js';

/**
 * Side of a rendered image, px: room for 99 px crops, which the paper's 11×11 kernels with stride 4
 * see whole, (99 - 11) / 4 + 1 = 23.
 */
export const EMOJI_SIDE = 112;

/** Everything besides the drawings that decides the pixels; part of the cache key. */
export const RENDERER = {
  side: EMOJI_SIDE,
  background: '#ffffff',
  sharp: sharp.versions.sharp ?? 'unknown',
  vips: sharp.versions.vips,
  rsvg: sharp.versions.rsvg ?? 'unknown',
} as const;

/**
 * Renders icons, several at a time, centerd in a square on white.
 *
 * @returns `[icons, 112, 112, 3]`, 8-bit sRGB.
 * @throws {DatasetError} naming an icon that cannot be rendered.
 */
export async function renderEmoji(
  icons: readonly EmojiIcon[],
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  } = {},
): Promise<Uint8Array> {
  const bytes = EMOJI_SIDE * EMOJI_SIDE * 3;
  const pixels = new Uint8Array(icons.length * bytes);
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < icons.length) {
      options.signal?.throwIfAborted();
      const index = next++;
      const icon = icons[index];
      if (icon === undefined) return;
      pixels.set(await renderIcon(icon), index * bytes);
      options.onProgress?.(++done, icons.length);
    }
  };
  // One more than there are cores, so that none waits for this thread.
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
  return pixels;
}

async function renderIcon(icon: EmojiIcon): Promise<Uint8Array> {
  const size = `width="${EMOJI_SIDE}" height="${EMOJI_SIDE}" viewBox="${icon.box.join(' ')}"`;
  const names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  try {
    return await sharp(Buffer.from(`<svg ${names} ${size}>${icon.body}</svg>`))
      .flatten({ background: RENDERER.background })
      .toColorspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
  } catch (error) {
    throw new DatasetError(
      'undecodable',
      `cannot render emoji ${icon.set}/${icon.name}: ${firstLine(error)}`,
    );
  }
}
