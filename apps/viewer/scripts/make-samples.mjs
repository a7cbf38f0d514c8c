// Draws the sample images of the page: node scripts/make-samples.mjs
// Fluent Emoji by Microsoft, MIT license (see static/samples/LICENSE.txt).
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp from 'sharp';

const SAMPLES = ['dog-face', 'pizza', 'airplane', 'grinning-face', 'pretzel', 'hot-beverage'];
const SIDE = 256;

const require = createRequire(import.meta.url);
const set = JSON.parse(
  await readFile(require.resolve('@iconify-json/fluent-emoji-flat/icons.json')),
);
const folder = new URL('../static/samples/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const name of SAMPLES) {
  const icon = set.icons[name];
  if (!icon) throw new Error(`fluent-emoji-flat has no "${name}".`);
  const [width, height] = [icon.width ?? set.width ?? 32, icon.height ?? set.height ?? 32];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${SIDE}" height="${SIDE}">${icon.body}</svg>`;
  const png = await sharp(Buffer.from(svg))
    .flatten({ background: '#fff' })
    .png({ palette: true })
    .toBuffer();
  await writeFile(new URL(`${name}.png`, folder), png);
}
