/**
 * Rate of the loader: `node bench/loader-bench.mjs SOURCE [workers] [pictures] [batch]` after a build.
 *
 * Reads whole epochs of augmented 227-px crops until that many pictures were made and prints one line
 * of CSV: source, workers, decoder, pictures, pictures a second, pictures a CPU second, and resident
 * memory in MB after the first epoch and at the end. CPU time is that of the whole process.
 */
import { basename } from 'node:path';
import { createLoader } from '@alexnet/augment/loader';

const [source, workers = '1', pictures = '4000', batch = '64'] = process.argv.slice(2);
const loader = await createLoader({
  source,
  validationShare: 0,
  batch: Number(batch),
  workers: Number(workers),
  preprocessing: {
    resize: { shorterSide: 256 },
    crop: { height: 227, width: 227 },
    channelOrder: 'rgb',
    range: 255,
    mean: [122.7, 116.7, 104],
    std: null,
  },
  recipe: { crop: true, flip: true, colourPca: 0.1 },
  colours: {
    mean: [122.7, 116.7, 104],
    std: [70, 68, 71],
    eigenvalues: [14830, 1376, 389],
    eigenvectors: [
      [0.5675, 0.5808, 0.5836],
      [0.7192, 0.0045, -0.6948],
      [0.4009, -0.814, 0.4203],
    ],
    pixels: 1,
  },
});
let epoch = 0;
/** Reads one epoch and looks at every batch, so that none is made for nothing. */
async function readEpoch() {
  let count = 0;
  let sum = 0;
  for await (const pictureBatch of loader.epoch(epoch++)) {
    sum += pictureBatch.pictures[0];
    count += pictureBatch.count;
  }
  if (!Number.isFinite(sum)) throw new Error('a batch holds what is not a number');
  return count;
}
await readEpoch();
const megabytes = () => Math.round(process.memoryUsage().rss / 1e6);
const before = megabytes();
const [start, cpu] = [performance.now(), process.cpuUsage()];
let made = 0;
while (made < Number(pictures)) made += await readEpoch();
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const rates = [made / seconds, made / ((user + system) / 1e6)].map(Math.round);
const row = [basename(source), workers, loader.decoder, made, ...rates, before, megabytes()];
process.stdout.write(`${row.join(',')}\n`);
await loader.close();
