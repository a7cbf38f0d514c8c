// Makes the sample images of the page from scikit-image's own data:
//   pip download --no-deps scikit-image && unzip scikit_image-*.whl 'skimage/data/*'
//   node scripts/make-samples.mjs skimage/data
// Whose they are, and that they are public domain or CC0, stands in static/samples/LICENSE.txt as
// scikit-image 0.26.0 says it in skimage/data/_fetchers.py.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const SAMPLES = {
  cat: 'chelsea.png',
  espresso: 'coffee.png',
  rocket: 'rocket.jpg',
  astronaut: 'astronaut.png',
};

const [from] = process.argv.slice(2);
if (!from) throw new Error('Name the folder skimage/data.');
const folder = new URL('../static/samples/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, source] of Object.entries(SAMPLES)) {
  const { width, height, size } = await sharp(join(from, source))
    .flatten({ background: '#fff' })
    .jpeg({ quality: 86, mozjpeg: true })
    .toFile(new URL(`${name}.jpg`, folder).pathname);
  process.stdout.write(`${name}.jpg ${width} × ${height}, ${Math.round(size / 1000)} kB\n`);
}
