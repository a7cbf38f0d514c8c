import { channelImage, channelRanges, type LayerMaps } from './activation-images.js';

/** Pixels between two maps. */
const GAP = 1;

/** All maps of a layer as one image, each on its own scale, row by row in the order of the units. */
export function mapSheet(maps: LayerMaps, columns: number): ImageData {
  const ranges = channelRanges(maps);
  const rows = Math.ceil(maps.channels / columns);
  const [width, height] = [maps.width + GAP, maps.height + GAP];
  const sheet = new ImageData(columns * width - GAP, rows * height - GAP);
  for (let unit = 0; unit < maps.channels; unit++) {
    const range = ranges[unit];
    if (!range) continue;
    const image = channelImage(maps, unit, range);
    const left = (unit % columns) * width;
    const top = Math.floor(unit / columns) * height;
    for (let row = 0; row < maps.height; row++) {
      const line = image.data.subarray(row * maps.width * 4, (row + 1) * maps.width * 4);
      sheet.data.set(line, ((top + row) * sheet.width + left) * 4);
    }
  }
  return sheet;
}
