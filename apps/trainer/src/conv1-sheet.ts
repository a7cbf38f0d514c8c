import { filterImages, type NetworkSpec, type Weight } from '@alexnet/model';
import sharp from 'sharp';

/** PNG of the conv1 filters, each stretched to its own range, or null for a network without conv1. */
export async function conv1Sheet(
  spec: NetworkSpec,
  weights: ReadonlyMap<string, Weight>,
): Promise<Uint8Array | null> {
  const weight = weights.get('conv1.weight');
  const colors = weight?.shape[2];
  if (!weight || (colors !== 1 && colors !== 3)) return null;
  const grouped = spec.layers.some((layer) => layer.op === 'conv' && layer.groups === 2);
  const towers = grouped ? 2 : 1;
  const sheet = filterImages(weight, { towers, zoom: 3, gap: 3 });
  return sharp(sheet.data, { raw: { width: sheet.width, height: sheet.height, channels: 4 } })
    .png({ palette: false })
    .toBuffer();
}
