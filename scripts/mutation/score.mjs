import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from '../steps.mjs';

const HEAD = 'file,from,to,change,replacement,status';
/** A mutant that loops until it is stopped, or does not run, is noticed. */
const NOTICED = ['Killed', 'Timeout', 'RuntimeError'];
const MISSED = ['Survived', 'NoCoverage'];
/** Mutants that change nothing a test could see, each with the reason. */
const EQUIVALENT = 'results/mutation/equivalent.csv';

/** What a row is about: all but its last field. */
const keyOf = (row) => row.slice(0, 5).join();

/** Of each package and of all: how many are noticed of those that are not equivalent, with Wilson's interval of 95 %. */
export function printScore(packages, rows) {
  const equivalent = new Set(readRows(EQUIVALENT).map(keyOf));
  const table = [...packages.map((name) => `packages/${name}/`), 'packages/'].map((folder) => {
    const own = rows.filter(([file]) => file.startsWith(folder));
    const noticed = own.filter((row) => NOTICED.includes(row[5])).length;
    const missed = own.filter((row) => MISSED.includes(row[5]));
    const same = missed.filter((row) => equivalent.has(keyOf(row))).length;
    const count = noticed + missed.length - same;
    const [low, high] = wilson(noticed, count).map(percent);
    const notCovered = missed.filter((row) => row[5] === 'NoCoverage').length;
    return { folder, tried: noticed + missed.length, same, notCovered, noticed, count, low, high };
  });
  process.stdout.write(
    '\n| package | tried | equivalent | noticed | not covered | noticed of those not equivalent | 95 % interval |\n|---|---|---|---|---|---|---|\n',
  );
  for (const { folder, tried, same, noticed, notCovered, count, low, high } of table) {
    if (tried === 0) continue;
    const name = folder.split('/')[1] || 'all';
    const share = percent(noticed / count);
    process.stdout.write(
      `| ${[name, tried, same, noticed, notCovered, share, `${low} to ${high}`].join(' | ')} |\n`,
    );
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

/** Rows of fields of a CSV file without its head; none where there is no file. */
export function readRows(path) {
  if (!existsSync(resolve(root, path))) return [];
  const [, ...lines] = readFileSync(resolve(root, path), 'utf8').trim().split('\n');
  return lines.map((line) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
      .slice(0, -1)
      .map(([, field]) => field.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')),
  );
}

/** Adds rows to a CSV file, in place of those of the same mutants. */
export function writeRows(path, rows) {
  const all = new Map([...readRows(path), ...rows].map((row) => [keyOf(row), row]));
  const lines = [...all.values()].map((row) => row.map(quoted).join(',')).sort();
  writeFileSync(resolve(root, path), `${HEAD}\n${lines.join('\n')}\n`);
}

function quoted(field) {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
