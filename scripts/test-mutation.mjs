import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, title, tool } from './steps.mjs';

/**
 * Which single changes of the sources the unit tests notice, by Stryker (`stryker.config.mjs`).
 *
 *   pnpm test:mutation                                   every package: days
 *   pnpm test:mutation --sample 100 --seed 1             of each package 100 drawn at random
 *   pnpm test:mutation augment                           one
 *   pnpm test:mutation augment --files 'pipeline/ops/*'  these files below its src
 *   … --csv results/mutation.csv                         every mutant tried, replacing its row
 *   pnpm test:mutation --score results/mutation.csv      what share of them is noticed
 */

const PACKAGES = ['model', 'augment', 'trainer', 'convert', 'data'];
const HEAD = 'file,line,column,change,replacement,status';
/** A mutant that loops until it is stopped, or does not run, is noticed. */
const NOTICED = ['Killed', 'Timeout', 'RuntimeError'];
const TRIED = [...NOTICED, 'Survived', 'NoCoverage'];
/** Survivors that no test could notice, each with the reason. */
const EQUIVALENT = 'results/mutation/equivalent.csv';

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

if (values.score === undefined) mutate();
else printScore(readRows(values.score));

function mutate() {
  const { sample, seed, csv } = values;
  const rows = [];
  for (const name of positionals.length > 0 ? positionals : PACKAGES) {
    title(`Mutants of ${name}`);
    const files = values.files ? ['--mutate', `packages/${name}/src/${values.files}`] : [];
    const report = join(root, `reports/mutation/${name}.json`);
    rmSync(report, { force: true });
    const env = { MUTATED: name, ...(sample && { SAMPLE: sample, SEED: seed }) };
    if (tool('stryker', ['run', ...files], { env }) !== 0) process.exitCode = 1;
    if (existsSync(report)) rows.push(...readReport(report));
  }
  printScore(rows);
  if (csv === undefined) return;
  const key = (row) => row.slice(0, 5).join();
  const all = new Map([...readRows(csv), ...rows].map((row) => [key(row), row]));
  const lines = [...all.values()].map((row) => row.map(quoted).join(',')).sort();
  writeFileSync(join(root, csv), `${HEAD}\n${lines.join('\n')}\n`);
}

/** The mutants that were tried: of a sample those drawn. */
function readReport(path) {
  const { files } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants
      .filter(({ status }) => TRIED.includes(status))
      .map(({ location: { start }, mutatorName, replacement, status }) => [
        file,
        String(start.line),
        String(start.column),
        mutatorName,
        replacement.replace(/\s+/g, ' '),
        status,
      ]),
  );
}

/** Of each package and of all: how many are noticed of those that are not equivalent, with Wilson's interval of 95 %. */
function printScore(rows) {
  const key = (row) => row.slice(0, 5).join();
  const equivalent = new Set(readRows(EQUIVALENT).map(key));
  const counts = (of) => {
    const noticed = of.filter((row) => NOTICED.includes(row[5]));
    const missed = of.filter((row) => !NOTICED.includes(row[5]));
    const same = missed.filter((row) => equivalent.has(key(row))).length;
    const limit = of.filter((row) => row[5] === 'Timeout').length;
    const [low, high] = wilson(noticed.length, of.length - same);
    const share = percent(noticed.length / (of.length - same));
    return [
      of.length,
      same,
      noticed.length,
      limit,
      `${share} (${percent(low)} to ${percent(high)})`,
    ];
  };
  const packages = PACKAGES.map((name) => [
    name,
    rows.filter(([file]) => file.startsWith(`packages/${name}/`)),
  ]).filter(([, of]) => of.length > 0);
  process.stdout.write(
    '\n| package | tried | equivalent | noticed | of these by the time limit | noticed of not equivalent |\n|---|---|---|---|---|---|\n',
  );
  for (const [name, of] of [...packages, ['all', rows]]) {
    if (of.length > 0) process.stdout.write(`| ${[name, ...counts(of)].join(' | ')} |\n`);
  }
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/** Score interval of a share, E. B. Wilson 1927. */
function wilson(hits, count) {
  const z = 1.96;
  const share = hits / count;
  const center = share + z ** 2 / (2 * count);
  const half = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [center - half, center + half].map((bound) => bound / (1 + z ** 2 / count));
}

function quoted(field) {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Rows of fields of a CSV file without its head; none where there is no file. */
function readRows(path) {
  if (!existsSync(join(root, path))) return [];
  const [, ...lines] = readFileSync(join(root, path), 'utf8').trim().split('\n');
  return lines.map((line) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
      .slice(0, -1)
      .map(([, field]) => field.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')),
  );
}
