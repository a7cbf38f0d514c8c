import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, prepareTensorflow } from './prepare.mjs';
import { captured, fail, title, tool } from './steps.mjs';

/**
 * Installs, builds, runs every check and suite, and ends with their true totals.
 *
 *   npm test                  all of it
 *   npm test -- checks unit   these parts: checks, unit, slow, pack
 */

const totals = { passed: 0, failed: 0, skipped: 0 };
const failed = [];
const skipped = [];
const scratch = mkdtempSync(join(tmpdir(), 'alexnet-test-'));

/**
 * Runs checks of the form [name, command, arguments], two at a time (most are one process that computes),
 * and shows the output of each when it ends. A check counts as one test.
 */
async function check(...checks) {
  const waiting = [...checks];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, command, args] = next;
      const { code, output } = await captured(command, args);
      title(name);
      process.stdout.write(output);
      totals[code === 0 ? 'passed' : 'failed']++;
      if (code !== 0) failed.push(name);
    }
  };
  await Promise.all([lane(), lane()]);
}

/** Projects of vitest side by side, `workers` files at a time. */
function suite(projects, workers = availableParallelism()) {
  title(`Tests: ${projects.join(', ')}`);
  const report = join(scratch, `${projects[0]}.json`);
  const code = tool('vitest', [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    `--maxWorkers=${workers}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const named = failed.length;
  let failedHere = 0;
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
      JSON.parse(readFileSync(report, 'utf8'));
    // A file that cannot even be loaded has no tests to count, and is a failure all the same.
    const broken = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    failed.push(...broken.map(({ name }) => name));
    failedHere = numFailedTests + broken.length;
    totals.passed += numPassedTests;
    totals.skipped += numPendingTests + numTodoTests;
    for (const { assertionResults } of testResults) {
      for (const { status, fullName } of assertionResults) {
        if (status === 'failed') failed.push(fullName);
        if (status === 'skipped' || status === 'pending') skipped.push(fullName);
      }
    }
  } catch {
    failedHere = 1;
  }
  if (code !== 0 && failedHere === 0) failedHere = 1;
  if (failedHere > 0 && failed.length === named) failed.push(projects.join(', '));
  totals.failed += failedHere;
}

const PARTS = {
  checks: () =>
    check(
      ['Types of pages and tests', 'turbo', ['run', 'test:types', '--output-logs=errors-only']],
      ['Types', 'node', ['scripts/check-types.mjs', 'tsconfig.types.json']],
      ['Format and lint', 'biome', ['check', '.']],
      ['Import rules', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'packages', 'apps']],
      ['Unused code', 'knip', ['--no-progress', '--no-config-hints']],
      ['API reference', 'node', ['scripts/api-reference.mjs', '--check']],
      ['Architecture image', 'node', ['scripts/architecture.mjs', '--check']],
      ['Third-party licenses', 'node', ['scripts/third-party.mjs', '--check']],
    ),
  unit: () => suite(['unit']),
  // They wait for processes, pages and servers a quarter of their time: half as many again as cores.
  slow: () => suite(['slow', 'blocks'], Math.ceil(1.5 * availableParallelism())),
  async pack() {
    await check(
      ['Published packages', 'turbo', ['run', 'test:package', '--output-logs=errors-only']],
      ['Release rehearsal', 'node', ['scripts/release-rehearsal.mjs']],
    );
    suite(['pack']);
  },
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) fail(`there is no part ${unknown}: ${Object.keys(PARTS).join(', ')}`);
const parts = asked.length > 0 ? asked : Object.keys(PARTS);

await prepare();
if (parts.includes('slow')) prepareTensorflow();
for (const name of parts) await PARTS[name]();
rmSync(scratch, { recursive: true, force: true });

if (failed.length > 0) process.stdout.write(`\nFailed:\n  ${failed.join('\n  ')}\n`);
if (skipped.length > 0) process.stdout.write(`\nSkipped:\n  ${skipped.join('\n  ')}\n`);
process.stdout.write(
  `\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`,
);
process.exitCode = totals.failed === 0 ? 0 : 1;
