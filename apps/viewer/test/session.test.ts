import type { RgbImage } from '@alexnet/augment';
import type { Selection } from '@alexnet/backend';
import { buildNetwork, predict } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { NO_CHANGE } from '../src/lib/network/change.js';
import type { Host } from '../src/state/host.js';
import { openFiles } from '../src/state/open-files.js';
import { Outdated, Session } from '../src/state/session.js';
import { testImage } from './support/images.js';
import { smallModel, tf } from './support/small-model.js';

const selection = { name: 'cpu', device: 'this test', tf, passedOver: [] } as unknown as Selection;

/** A promise and the hand that settles it. */
function gate<T>() {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

const model = smallModel();

/** A session without a browser: files are networks by name, images whatever `decode` says. */
async function sessionWith(changes: Partial<Host> = {}) {
  const file = await model;
  const session = new Session({
    backend: null,
    openBackend: async () => selection,
    whenLost: () => undefined,
    fetchFile: async () => new Blob([new Uint8Array(4)]),
    fetchPublished: async () => [],
    completePublished: async (model) => model,
    decodeImage: async () => testImage(),
    readWeights: async () => ({ model: file, notes: [], format: 'safetensors' }),
    verify: async () => ({ layers: [], worst: 0, tolerance: 1, passed: true }),
    nextFrame: async () => undefined,
    ...changes,
  });
  return { session, file };
}

const weights = [new File([new Uint8Array(8)], 'own.safetensors')];
const photo = (name: string) => new File([new Uint8Array(8)], name, { type: 'image/png' });

/** Opens a network and an image and waits for the answer. */
async function opened(changes: Partial<Host> = {}) {
  const { session, file } = await sessionWith(changes);
  await session.openWeights(weights);
  await session.openImage(photo('first.png'));
  return { session, file };
}

describe('a session', () => {
  it('shows the first image that can be decoded, names the others, and does not keep them', async () => {
    const { session } = await sessionWith({
      decodeImage: async (blob) => {
        const { name } = blob as File;
        if (name.startsWith('broken')) throw new Error(`${name} is not an image.`);
        return testImage();
      },
    });
    await session.openWeights(weights);
    const empty = new File([], 'empty.jpg', { type: 'image/jpeg' });
    const files = [photo('broken.heic'), empty, photo('good.png'), photo('later.png')];
    await openFiles(session, files);
    const { image, ownImages, problem, answered } = session.state;
    expect(image?.name).toBe('good.png');
    expect(answered?.subject.image).toBe(image);
    expect(problem).toBe('broken.heic is not an image. empty.jpg is empty.');
    expect(ownImages.map(({ name }) => name)).toEqual(['good.png', 'later.png']);
  });

  it('runs jobs with the weights each asks for, and nobody puts them back', async () => {
    const { session, file } = await opened();
    const logits = (change = NO_CHANGE as object) =>
      session.withWeights({ ...NO_CHANGE, ...change }, async ({ network }) => {
        const x = tf.ones([1, 56, 56, 3]) as ReturnType<typeof tf.tensor4d>;
        const [answer] = await predict(network, x);
        x.dispose();
        return [...(answer?.probabilities ?? [])];
      });
    const plain = buildNetwork(tf, file.spec);
    plain.setWeights(file.weights);
    const x = tf.ones([1, 56, 56, 3]) as ReturnType<typeof tf.tensor4d>;
    const [expected] = await predict(plain, x);
    x.dispose();
    plain.dispose();
    const whole = await logits();
    expect(whole).toEqual([...(expected?.probabilities ?? [])]);
    const noise = await logits({ randomizedDownTo: 'conv1' });
    const silenced = await logits({ units: { conv1: [0, 1, 2] } });
    expect(new Set([whole, noise, silenced].map(String)).size).toBe(3);
    expect(await logits({ randomizedDownTo: 'conv1' })).toEqual(noise);
    await expect(
      session.withWeights({ ...NO_CHANGE, tower: 'A' }, () => Promise.reject(new Error('stop'))),
    ).rejects.toThrow('stop');
    expect(await logits()).toEqual(whole);
  });

  it('answers for the changed network and keeps the answer of the intact one', async () => {
    const { session } = await opened();
    const before = session.state.answered;
    await session.setChange({ units: {}, tower: 'B', gray: true });
    const { answered, subject } = session.state;
    expect(answered?.subject).toBe(subject);
    expect(answered?.intact.probabilities).toEqual(before?.answer.probabilities);
    expect(answered?.answer.probabilities).not.toEqual(before?.answer.probabilities);
    await session.setChange(NO_CHANGE);
    expect(session.state.answered?.answer.probabilities).toEqual(before?.answer.probabilities);
  });

  it('keeps the image asked for last, however long an earlier one takes', async () => {
    const slow = gate<RgbImage>();
    const { session } = await opened({
      decodeImage: (blob) =>
        blob instanceof File && blob.name === 'slow.png'
          ? slow.promise
          : Promise.resolve(testImage()),
    });
    const first = session.openImage(photo('slow.png'));
    expect(await session.openImageUrl('samples/cat.jpg', 'Cat')).toBe(true);
    slow.open(testImage(60, 60));
    expect(await first).toBe(false);
    expect(session.state.image?.name).toBe('Cat');
    expect(session.state.problem).toBeNull();
  });

  it('drops what was computed for an image that is gone', async () => {
    const { session } = await opened();
    const started = gate<void>();
    const held = gate<void>();
    const job = session.withInput(async () => {
      started.open();
      await held.promise;
    });
    await started.promise;
    const next = session.openImage(photo('next.png'));
    while (session.state.image?.name !== 'next.png') await Promise.resolve();
    held.open();
    await expect(job).rejects.toThrow(Outdated);
    await next;
    expect(session.state.answered?.subject.image.name).toBe('next.png');
  });

  it('binds a check to the network that was checked', async () => {
    const held = gate<void>();
    const { session } = await sessionWith({
      verify: async () => {
        await held.promise;
        return { layers: [], worst: 0, tolerance: 1, passed: true };
      },
    });
    await session.openWeights(weights);
    const check = session.check();
    await session.openWeights(weights);
    held.open();
    await check;
    const { checked, opened } = session.state;
    expect(checked?.opened === opened && checked?.outcome.kind === 'done').toBe(false);
  });

  it('takes an image after any message', async () => {
    const { session } = await opened();
    await session.openImage(new File([], 'empty.png', { type: 'image/png' }));
    expect(session.state.problem).toBe('empty.png is empty.');
    expect(await session.openImage(photo('good.png'))).toBe(true);
    expect(session.state.problem).toBeNull();
    session.say('Copied.');
    expect(await session.openImage(photo('better.png'))).toBe(true);
    expect(session.state.image?.name).toBe('better.png');
  });

  it('stops fetching when told to', async () => {
    const asked = gate<void>();
    const { session } = await opened({
      fetchFile: (_address, _onShare, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          asked.open();
        }),
    });
    const before = session.state.opened;
    const fetching = session.openWeightsUrl('showcase/w.safetensors');
    await asked.promise;
    session.state.cancel?.();
    expect(await fetching).toBe(false);
    expect(session.state).toMatchObject({ opened: before, cancel: null, problem: null });
  });
});
