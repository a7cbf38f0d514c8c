import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

const resolve = { conditions: ['@alexnet/source', 'module', 'node', 'import', 'default'] };
const ssr = { resolve: { conditions: resolve.conditions } };

/** Fast tests are `*.test.ts`; slow ones (TensorFlow, browser, kill tests) are `*.slow.test.ts`. */
export default defineConfig({
  test: {
    // One file a core: vitest's own default leaves a core idle, half of a small machine.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/test/**/*.test.ts'],
          exclude: ['**/*.slow.test.ts', '**/node_modules/**'],
          pool: 'forks',
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'slow',
          include: ['{packages,apps}/*/test/**/*.slow.test.ts'],
          exclude: ['**/node_modules/**'],
          pool: 'forks',
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      // As users have them: the built packages, no source condition.
      {
        test: {
          name: 'blocks',
          include: ['test/blocks/*.test.ts'],
          pool: 'forks',
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'pack',
          include: ['test/pack/*.test.ts'],
          globalSetup: ['test/pack/global-setup.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
