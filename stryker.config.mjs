/**
 * Which single changes of a package's sources its unit tests notice: `pnpm test:mutation PACKAGE`
 * (`scripts/test-mutation.mjs`), which says the package in `MUTATED`.
 */
const { MUTATED } = process.env;
const sources = `packages/${MUTATED}/src`;

export default {
  packageManager: 'pnpm',
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  mutate: [
    `${sources}/**/*.ts`,
    // A list of names, and compiled code as text.
    '!packages/model/src/imagenet.ts',
    '!packages/augment/src/loader/crop-kernel-wasm.ts',
  ],
  // Nearly all are words of messages; tests that quote each of them would only hold them fast.
  mutator: { excludedMutations: ['StringLiteral'] },
  // What has not changed since the last time is not run again.
  incremental: true,
  incrementalFile: `reports/mutation/${MUTATED}-incremental.json`,
  jsonReporter: { fileName: `reports/mutation/${MUTATED}.json` },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  // Sources stay byte for byte what they are, where nothing is changed: a test compares one.
  disableTypeChecks: false,
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.turbo', 'dist', 'reports', 'results', 'apps', 'examples', 'docs', 'bench'],
  concurrency: 1,
  dryRunTimeoutMinutes: 60,
  // A slow machine is no noticed mutant.
  timeoutMS: 60_000,
};
