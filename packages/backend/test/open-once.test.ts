import { expect, it } from 'vitest';
import { type OpenedWebgpu, openOnce } from '../src/webgpu/open-once.js';

/** A backend that notes how often it was opened and taken up again. */
function backendOf() {
  const seen = { opened: 0, taken: 0 };
  let lose = () => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const tf = {
    backend: () => ({ device: { lost } }),
    setBackend: () => Promise.resolve(++seen.taken > 0),
  };
  const open = () => {
    seen.opened++;
    return Promise.resolve({ tf, device: 'a GPU' } as unknown as OpenedWebgpu);
  };
  return { seen, open, lose };
}

it('WebGPU is opened once, by however many at a time', async () => {
  const once = openOnce();
  const { seen, open } = backendOf();
  const [first, second] = await Promise.all([once(open), once(open)]);
  expect(second).toBe(first);
  expect(await once(open)).toBe(first);
  expect(seen).toEqual({ opened: 1, taken: 2 });
});

it('WebGPU is opened anew where it could not be opened, and where its device was lost', async () => {
  const once = openOnce();
  const failed = once(() => Promise.reject(new Error('no adapter')));
  const [dead, next] = [backendOf(), backendOf()];
  const first = once(dead.open);
  await expect(failed).rejects.toThrow('no adapter');
  await first;
  dead.lose();
  await new Promise(setImmediate);
  expect(await once(next.open)).not.toBe(await first);
  expect([dead.seen.opened, next.seen.opened]).toEqual([1, 1]);
});
