import { afterEach, describe, expect, it, vi } from 'vitest';
import { diagnoseBackends, selectBackend, type Tf } from '../src/node.js';
import { firstThatWorks } from '../src/selection/select.js';

afterEach(() => vi.unstubAllEnvs());

const works = (name: 'webgpu' | 'wasm' | 'cpu') => ({
  name,
  label: name,
  open: async () => ({ tf: {} as Tf, device: `a ${name}` }),
});
const broken = {
  name: 'tensorflow' as const,
  label: 'tensorflow',
  open: () => Promise.reject(new Error('no addon\nsecond line')),
};

describe('the order', () => {
  it('takes the first that works and keeps the reasons, one line each', async () => {
    const chosen = await firstThatWorks([broken, works('wasm'), works('cpu')], {
      name: undefined,
      required: false,
    });
    expect(chosen.name).toBe('wasm');
    expect(chosen.passedOver).toEqual([
      { name: 'tensorflow', label: 'tensorflow', reason: 'no addon' },
    ]);
  });

  it('tries the preferred one first and falls on', async () => {
    const candidates = [works('wasm'), broken, works('cpu')];
    const liked = await firstThatWorks(candidates, { name: 'cpu', required: false });
    expect([liked.name, liked.passedOver.length]).toEqual(['cpu', 0]);
    const fallen = await firstThatWorks(candidates, { name: 'tensorflow', required: false });
    expect([fallen.name, fallen.passedOver.length]).toEqual(['wasm', 1]);
  });

  it('throws one line for a required one that does not work', async () => {
    const asked = { name: 'tensorflow', required: true } as const;
    await expect(firstThatWorks([broken, works('cpu')], asked)).rejects.toThrow(
      /^the tensorflow backend does not work here: no addon$/,
    );
  });
});

it('follows ALEXNET_BACKEND, and an option more', async () => {
  vi.stubEnv('ALEXNET_BACKEND', 'cpu');
  expect((await selectBackend()).name).toBe('cpu');
  expect((await selectBackend({ prefer: 'wasm' })).name).toBe('wasm');
  vi.stubEnv('ALEXNET_BACKEND', 'wsam');
  await expect(selectBackend()).rejects.toThrow('did you mean "wasm"?');
  await expect(selectBackend({ require: '' })).rejects.toThrow('unknown backend ""');
});

it('diagnoses every backend: checked, or with a reason', async () => {
  // An empty cache: TensorFlow must not be loaded into the fast tests.
  vi.stubEnv('ALEXNET_CACHE_DIR', import.meta.dirname);
  const { backends, chosen } = await diagnoseBackends();
  expect(backends.map(({ name }) => name)).toEqual([
    'tensorflow',
    'webgpu',
    'tensorflow',
    'wasm',
    'cpu',
  ]);
  for (const { available, check, reason } of backends) {
    expect(available ? check?.passed : reason).toBeTruthy();
  }
  expect(backends[2]?.available).toBe(false);
  expect(backends[2]?.advice).toBeTruthy();
  expect(backends.find(({ available }) => available)?.name).toBe(chosen);
});
