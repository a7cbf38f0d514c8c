import { channelImage, channelRanges, type LayerMaps, type Range } from './activation-images.js';

/** Pixels between two images. */
const GAP = 1;

/** Images of one size as one, row by row, nothing between them. */
export function sheetOf(images: readonly ImageData[], columns: number): ImageData {
  const { width = 1, height = 1 } = images[0] ?? {};
  const rows = Math.ceil(images.length / columns);
  const sheet = new ImageData(columns * (width + GAP) - GAP, rows * (height + GAP) - GAP);
  for (const [index, image] of images.entries()) {
    const left = (index % columns) * (width + GAP);
    const top = Math.floor(index / columns) * (height + GAP);
    for (let row = 0; row < height; row++) {
      const line = image.data.subarray(row * width * 4, (row + 1) * width * 4);
      sheet.data.set(line, ((top + row) * sheet.width + left) * 4);
    }
  }
  return sheet;
}

/** All maps of a layer as one image, in the order of the units; each on its own scale if none is said. */
export function mapSheet(
  maps: LayerMaps,
  columns: number,
  rangeOf: (unit: number) => Range | undefined = () => undefined,
): ImageData {
  const images = channelRanges(maps).map((own, unit) =>
    channelImage(maps, unit, rangeOf(unit) ?? own),
  );
  return sheetOf(images, columns);
}
