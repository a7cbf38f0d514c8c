import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';
import { fail, root } from '../steps.mjs';
import { instrument } from './instrument.mjs';

/**
 * Tries mutants of a package with its unit tests, many in one process: a new one for each, which
 * Stryker's own runner starts, takes a hundred times as long as most tests.
 *
 * 1. Every test file runs once; each test again with every mutant it reaches (`runner.mjs`), the
 *    quickest files first.
 * 2. What was not noticed so runs by itself, in a new process for every file that reaches it, with the
 *    mutant on from the first import: what is reached while modules are loaded or hooks run, what one
 *    test computes and another looks at, tests that pass once only.
 *
 * @returns Fields of a row for each mutant (`test-mutation.mjs`), and how many mutants there are.
 */
export async function tryMutants(name, options) {
  const { code, mutants, total } = await instrument(name, options);
  const tests = join(root, `packages/${name}/test`);
  const results = join(root, `reports/mutation/${name}`);
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const vitest = await createVitest(
    'test',
    {
      config: join(root, 'vitest.mutation.config.ts'),
      root,
      watch: false,
      pool: 'forks',
      maxWorkers: 1,
      reporters: [{}],
      runner: fileURLToPath(new URL('runner.mjs', import.meta.url)),
    },
    {
      plugins: [
        {
          name: 'mutants',
          enforce: 'pre',
          load: (id) => code.get(id.split('?')[0]) ?? null,
        },
      ],
    },
  );
  /** Runs one file; whether all its tests pass. */
  const run = async (file, task) => {
    vitest.provide('mutation', task);
    vitest.state.filesMap.clear();
    vitest.state.errorsSet.clear();
    const { testModules, unhandledErrors } = await vitest.start([join(tests, file)]);
    return {
      passed: testModules.length > 0 && testModules.every((module) => module.ok()),
      errors: [...testModules.flatMap((module) => module.errors()), ...unhandledErrors],
    };
  };

  const status = new Map(mutants.map(({ id }) => [id, 'NoCoverage']));
  /** Files to be run by themselves with a mutant, and how often they reach it. */
  const files = new Map(mutants.map(({ id }) => [id, []]));
  const order = readdirSync(tests)
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.slow.test.ts'))
    .map((file) => [statSync(join(tests, file)).size, file])
    .sort(([a], [b]) => a - b);
  for (const [, file] of order) {
    const result = join(results, `${file}.json`);
    const open = [...status].filter(([, is]) => is !== 'Killed').map(([id]) => id);
    const { passed, errors } = await run(file, { mode: 'many', open, result });
    if (!passed && !(await run(file, { mode: 'one', id: 'none', hits: 0 })).passed) {
      fail(`${file} does not pass as it is: ${errors.map(String).join('; ')}`);
    }
    const { reached, loading, noticed } = JSON.parse(readFileSync(result, 'utf8'));
    for (const [id, at] of files) {
      const hits = (reached[id] ?? 0) + (loading[id] ?? 0);
      if (hits === 0) continue;
      at.push({ file, hits });
      if (status.get(id) !== 'Killed') status.set(id, noticed.includes(id) ? 'Killed' : 'Survived');
    }
    const count = [...status.values()].filter((is) => is === 'Killed').length;
    process.stdout.write(`${file}: ${count} of ${mutants.length} noticed so far\n`);
  }
  for (const { id, place } of mutants) {
    if (status.get(id) !== 'Survived') continue;
    for (const { file, hits } of files.get(id)) {
      const { passed } = await run(file, { mode: 'one', id, hits: hits + 100 });
      if (passed) continue;
      status.set(id, 'Killed');
      break;
    }
    process.stdout.write(`${status.get(id)}: ${place.join()}\n`);
  }
  await vitest.close();
  return { total, tried: mutants.map((mutant) => ({ ...mutant, status: status.get(mutant.id) })) };
}
