import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { whyNoTensorflow } from './need-tensorflow.js';

const backends = (await whyNoTensorflow()) ? ['wasm'] : ['tensorflow', 'wasm'];

const SCRIPT = `
import { selectBackend, selfCheck } from '@alexnet/backend/node';
const report = { node: process.versions.node.split('.')[0] };
for (const backend of ${JSON.stringify(backends)}) {
  const { tf, name } = await selectBackend({ require: backend });
  report[name] = (await selfCheck(tf, name)).passed;
}
console.log(JSON.stringify(report));`;

/** npm's package `node` is Node itself, one version each. */
function run(major: string) {
  return spawnSync(
    'npx',
    ['--yes', `--package=node@${major}`, '--', 'node', '--input-type=module', '-e', SCRIPT],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  );
}

describe('every supported Node', () => {
  it.for(['20', '22', '24'])('%s computes right on each backend, in silence', (major, context) => {
    const { stdout, stderr, status } = run(major);
    if (/E404|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED/.test(stderr)) {
      context.skip(`npm cannot fetch node@${major}`);
    }
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const expected = Object.fromEntries(backends.map((backend) => [backend, true]));
    expect(JSON.parse(stdout)).toEqual({ node: major, ...expected });
  });
});
