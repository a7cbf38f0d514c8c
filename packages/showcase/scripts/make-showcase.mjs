// Makes a folder of this package from a finished run: node scripts/make-showcase.mjs RUN two-towers
// Weights in half precision, one line of curves an epoch, the conv1 filters at a dozen moments.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MOMENTS = 12;

const [run, name] = process.argv.slice(2);
if (!run || !name)
  throw new Error('Usage: node scripts/make-showcase.mjs RUN two-towers|one-tower');
const folder = fileURLToPath(new URL(`../${name}/`, import.meta.url));
const cli = fileURLToPath(new URL('../../../apps/trainer/dist/cli.js', import.meta.url));

await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, 'filters'), { recursive: true });
execFileSync(
  process.execPath,
  [cli, 'convert', run, join(folder, 'weights.safetensors'), '--dtype', 'f16'],
  { stdio: 'inherit' },
);

const lines = (await readFile(join(run, 'metrics.jsonl'), 'utf8')).trim().split('\n');
const epochs = lines.filter((line) => JSON.parse(line).kind === 'epoch');
await writeFile(join(folder, 'metrics.jsonl'), `${epochs.join('\n')}\n`);

const all = (await readdir(join(run, 'filters'))).filter((file) => file.endsWith('.png')).sort();
const last = all.length - 1;
const moments = Math.min(MOMENTS, all.length);
const filters = Array.from(
  { length: moments },
  (_, index) => all[Math.round((index * last) / Math.max(1, moments - 1))],
);
for (const file of filters) {
  await copyFile(join(run, 'filters', file), join(folder, 'filters', file));
}
