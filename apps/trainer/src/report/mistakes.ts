import type { Dataset } from '@alexnet/data';
import type { Mistake } from '@alexnet/trainer';
import sharp from 'sharp';

/** A mistake with its image as a data URL, or null where it cannot be shown any more. */
export interface ShownMistake extends Mistake {
  readonly thumbnail: string | null;
}

const SIDE = 144;

/** Small images of the first `most` mistakes, out of the validation split they were made on. */
export async function showMistakes(
  mistakes: readonly Mistake[],
  dataset: Pick<Dataset, 'validation'> | null,
  most: number,
): Promise<ShownMistake[]> {
  const indexOf = new Map(dataset?.validation.records.map(({ id }, index) => [id, index]));
  const shown = mistakes.slice(0, most).map(async (mistake): Promise<ShownMistake> => {
    const index = indexOf.get(mistake.id);
    if (!dataset || index === undefined) return { ...mistake, thumbnail: null };
    try {
      return { ...mistake, thumbnail: await thumbnail(dataset, index) };
    } catch {
      return { ...mistake, thumbnail: null };
    }
  });
  return Promise.all(shown);
}

async function thumbnail({ validation }: Pick<Dataset, 'validation'>, index: number) {
  const { width, height, data } = await validation.image(index);
  const webp = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(SIDE, SIDE, { fit: 'cover' })
    .webp({ quality: 80 })
    .toBuffer();
  return `data:image/webp;base64,${webp.toString('base64')}`;
}

/** What the page says that is not in the run folder. */
export interface ReportExtras {
  readonly mistakes: readonly ShownMistake[];
  /** Why mistakes have no images, or null when they have. */
  readonly withoutImages: string | null;
}
