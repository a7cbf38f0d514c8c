import { defineConfig } from 'vitest/config';

/** The unit tests of the package `MUTATED`, as Stryker runs them (`stryker.config.mjs`). */
export default defineConfig({
  resolve: { conditions: ['@alexnet/source', 'module', 'node', 'import', 'default'] },
  ssr: {
    resolve: { conditions: ['@alexnet/source', 'module', 'node', 'import', 'default'] },
  },
  test: {
    include: [`packages/${process.env.MUTATED}/test/**/*.test.ts`],
    exclude: ['**/*.slow.test.ts', '**/node_modules/**'],
    testTimeout: 600_000,
  },
});
