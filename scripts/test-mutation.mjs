import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printScore, readRows, writeRows } from './mutation/score.mjs';
import { fail, root, title, tool } from './steps.mjs';

/**
 * Which single changes of the sources the unit tests notice.
 *
 *   pnpm test:mutation                                   every package, by Stryker: days
 *   pnpm test:mutation --sample 100 --seed 1             of each package 100 drawn at random
 *   pnpm test:mutation augment                           one
 *   pnpm test:mutation augment --files 'pipeline/ops/*'  these files below its src
 *   … --csv results/mutation/sample.csv                  every mutant tried, replacing its row
 *   pnpm test:mutation --score results/mutation/sample.csv   what share of them is noticed
 */

const PACKAGES = ['model', 'augment', 'trainer', 'convert', 'data'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    csv: { type: 'string' },
    score: { type: 'string' },
  },
});
const unknown = positionals.find((name) => !PACKAGES.includes(name));
if (unknown !== undefined) fail(`there is no package ${unknown} here: ${PACKAGES.join(', ')}`);
if (values.sample !== undefined && !/^[1-9]\d*$/.test(values.sample)) {
  fail(`--sample is how many mutants of a package are tried, not ${values.sample}`);
}
if (values.sample !== undefined && values.files !== undefined) {
  fail('--sample draws from all files of a package: leave out --files');
}

if (values.score !== undefined) printScore(PACKAGES, readRows(values.score));
else {
  const rows = [];
  for (const name of positionals.length > 0 ? positionals : PACKAGES) {
    title(`Mutants of ${name}`);
    rows.push(...(values.sample === undefined ? runStryker(name) : await trySample(name)));
    if (values.csv !== undefined) writeRows(values.csv, rows);
  }
  printScore(PACKAGES, rows);
}

async function trySample(name) {
  process.env.MUTATED = name;
  const { tryMutants } = await import('./mutation/sample.mjs');
  const { sample, seed } = values;
  const { total, tried } = await tryMutants(name, { sample: Number(sample), seed });
  process.stdout.write(
    `${tried.length} of ${total} mutants of ${name} tried, drawn by seed ${seed}\n`,
  );
  return tried.map(({ place, status }) => [...place, status]);
}

function runStryker(name) {
  const report = join(root, `reports/mutation/${name}.json`);
  const files = values.files ? ['--mutate', `packages/${name}/src/${values.files}`] : [];
  if (tool('stryker', ['run', ...files], { env: { MUTATED: name } }) !== 0) process.exitCode = 1;
  if (!existsSync(report)) return [];
  return Object.entries(JSON.parse(readFileSync(report, 'utf8')).files).flatMap(
    ([file, { mutants }]) =>
      mutants.map(({ location: { start, end }, mutatorName, replacement, status }) => [
        file,
        ...[start, end].map(({ line, column }) => `${line}:${column}`),
        mutatorName,
        replacement.replace(/\s+/g, ' '),
        status,
      ]),
  );
}
