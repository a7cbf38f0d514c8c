// Makes a folder of this package from a finished run: node scripts/make-showcase.mjs RUN two-towers
// Weights in half precision, one line of curves an epoch, the conv1 filters at a dozen moments.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModel, writeModel } from '../../convert/dist/index.js';

const MOMENTS = 12;

const [run, name] = process.argv.slice(2);
if (!run || !name)
  throw new Error('Usage: node scripts/make-showcase.mjs RUN two-towers|one-tower|modern');
const folder = fileURLToPath(new URL(`../${name}/`, import.meta.url));

await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, 'filters'), { recursive: true });
const model = readModel(await readFile(join(run, 'weights.safetensors')));
const { parts, ...made } = model.provenance;
const provenance = {
  ...made,
  parts: parts.map((part) => ({ ...part, command: withoutFolders(part.command) })),
};
await writeFile(
  join(folder, 'weights.safetensors'),
  writeModel({ ...model, provenance }, { dtype: 'f16' }),
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

/** A command without the folders of the machine it was given on. */
function withoutFolders(command) {
  return command
    .split(' ')
    .map((word) => (word.startsWith('/') ? basename(word) : word))
    .join(' ');
}
