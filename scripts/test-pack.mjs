import { tool } from './steps.mjs';

/**
 * Tests the packages as npm would install them: in short with this Node and the oldest TypeScript;
 * with --all on Node 20, 22 and 24, with the oldest and the newest TypeScript in every form, and each
 * package alone.
 */

const args = process.argv.slice(2);
const ALEXNET_TEST_ALL = args.includes('--all') ? '1' : '';
const rest = args.filter((arg) => arg !== '--all');
process.exitCode = tool('vitest', ['run', '--project', 'pack', ...rest], {
  env: { ALEXNET_TEST_ALL },
});
