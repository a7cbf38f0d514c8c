import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, title, tool } from './steps.mjs';

/**
 * Which single changes of the sources the unit tests notice, by Stryker (`stryker.config.mjs`).
 *
 *   pnpm test:mutation                                   every package: hours
 *   pnpm test:mutation augment                           one
 *   pnpm test:mutation augment --files 'pipeline/ops/*'  these files below its src
 *   … --csv results/mutation.csv                         the counts of each file run, replacing its row
 */

const PACKAGES = ['model', 'augment', 'trainer', 'convert', 'data'];
const HEAD = 'file,mutants,noticed,survived,not covered,noticed share\n';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { files: { type: 'string' }, csv: { type: 'string' } },
});
const unknown = positionals.find((name) => !PACKAGES.includes(name));
if (unknown !== undefined) fail(`there is no package ${unknown} here: ${PACKAGES.join(', ')}`);

const rows = new Map();
for (const name of positionals.length > 0 ? positionals : PACKAGES) {
  title(`Mutants of ${name}`);
  const sources = `packages/${name}/src`;
  const files = values.files ? ['--mutate', `${sources}/${values.files}`] : [];
  if (tool('stryker', ['run', ...files], { env: { MUTATED: name } }) !== 0) process.exitCode = 1;
  const report = join(root, 'reports/mutation', `${name}.json`);
  if (!existsSync(report)) continue;
  for (const [file, { mutants }] of Object.entries(
    JSON.parse(readFileSync(report, 'utf8')).files,
  )) {
    rows.set(file, rowOf(file, mutants));
  }
}

if (values.csv !== undefined) {
  const path = join(root, values.csv);
  const [, ...earlier] = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  const all = new Map(earlier.map((row) => [row.slice(0, row.indexOf(',')), row]));
  for (const [file, row] of rows) if (row !== null) all.set(file, row);
  writeFileSync(path, `${HEAD}${[...all.values()].sort().join('\n')}\n`);
}

/** A mutant that loops until it is stopped, or does not run, is noticed; null where none was tried. */
function rowOf(file, mutants) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout', 'RuntimeError');
  const survived = count('Survived');
  const notCovered = count('NoCoverage');
  const tried = noticed + survived + notCovered;
  if (tried === 0) return null;
  return [file, tried, noticed, survived, notCovered, (noticed / tried).toFixed(3)].join(',');
}
