import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRng } from '@alexnet/augment';
import sharp from 'sharp';

/** What each class is filled with: enough for a tiny network to learn something. */
const CLASSES = { amber: [214, 150, 40], moss: [70, 130, 60], slate: [80, 95, 130] } as const;
const SIDE = 40;

/** Writes `train/<class>/n.png` and `val/<class>/n.png`: noisy images of one color a class. */
export async function writeClassFolders(
  folder: string,
  perClass: { readonly train: number; readonly val: number },
): Promise<void> {
  for (const [split, count] of Object.entries(perClass)) {
    for (const [label, [name, color]] of Object.entries(CLASSES).entries()) {
      const target = join(folder, split, name);
      await mkdir(target, { recursive: true });
      for (let number = 0; number < count; number++) {
        const rng = createRng(label, number, split.length);
        const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) =>
          Math.max(0, Math.min(255, (color[at % 3] as number) + 60 * rng.normal())),
        );
        await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
          .png()
          .toFile(join(target, `${number}.png`));
      }
    }
  }
}

/** A network and recipe that make an update on the cpu backend in a few hundredths of a second. */
export const TINY_RUN = [
  '--backend=cpu',
  '--batch=8',
  '--set=network.input=33',
  '--set=network.conv1.kernelSize=5',
  '--set=network.conv1.stride=2',
  '--set=network.norm=none',
  '--set=network.width=0.042',
  '--set=network.headWidth=0.004',
  '--set=preprocessing.shorterSide=36',
] as const;
