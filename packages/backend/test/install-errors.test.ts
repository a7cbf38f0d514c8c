import { expect, it } from 'vitest';
import { explainPip, parseWheelName } from '../src/tensorflow/download-wheel.js';

/** What pip 24 prints in each case, shortened. */
const outputs = [
  ['no-python', { missing: true, output: 'spawn python3 ENOENT' }, 'python3 was not found'],
  ['no-pip', { missing: false, output: '/usr/bin/python3: No module named pip' }, 'python3-pip'],
  [
    'no-network',
    {
      missing: false,
      output: `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/tensorflow-cpu/
ERROR: Could not find a version that satisfies the requirement tensorflow-cpu (from versions: none)
ERROR: No matching distribution found for tensorflow-cpu`,
    },
    'could not reach a package index',
  ],
  [
    'no-wheel',
    {
      missing: false,
      output: `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/tensorflow-cpu/
ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==9 (from versions: 2.20.0, 2.21.0)
ERROR: No matching distribution found for tensorflow-cpu==9`,
    },
    'only 2.20.0, 2.21.0',
  ],
  [
    'no-wheel',
    {
      missing: false,
      output: `ERROR: Could not find a version that satisfies the requirement tensorflow-cpu (from versions: none)
ERROR: No matching distribution found for tensorflow-cpu`,
    },
    'unreachable, or has none',
  ],
  [
    'no-space',
    {
      missing: false,
      output:
        'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    },
    'not enough disk space',
  ],
] as const;

it.each(outputs)('explains %s in one line', (code, result, part) => {
  const error = explainPip(result, 'tensorflow-cpu');
  expect(error.code).toBe(code);
  expect(error.message).toContain(part);
  expect(error.message).not.toContain('\n');
});

it('reads the version out of a wheel name', () => {
  const name = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';
  expect(parseWheelName(name)).toEqual({ version: '2.21.0' });
  expect(parseWheelName('numpy-2.0.0-cp311-cp311-linux_x86_64.whl')).toBeUndefined();
});
