import { meanImageOf } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { fixture } from './golden.js';
import { noise, sameWeights } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';

const { logits } = JSON.parse(new TextDecoder().decode(fixture('convnet.json')));
const image = noise(224 * 224 * 3, 99).map((value) => value * 128);

describe('readConvnetModel', () => {
  it('joins the two towers into a network with the logits the towers have', async () => {
    const { model: file, notes } = await openModel(fixture('convnet-91.2'));
    expect([file.spec.preset, file.spec.classes]).toEqual(['original2012', 5]);
    expect(notes.map(({ code, exact }) => [code, exact])).toEqual([
      ['groups', true],
      ['layout', true],
      ['preprocessing', true],
    ]);
    expect(relativeDifference(await logitsOf(file, image), logits)).toBeLessThan(1e-4);
  });

  it.each(['convnet-v1.zip', 'convnet.gz'])('reads %s as the same network', async (name) => {
    const { model: file } = await openModel(fixture('convnet-91.2'));
    const other = await openModel(fixture(name));
    expect(other.model.spec).toEqual(file.spec);
    expect(sameWeights(other.model.weights, file.weights)).toBe(true);
  });

  it('takes class names and the mean from batches.meta', async () => {
    const meta = fixture('convnet-batches.meta');
    const bytes = fixture('convnet-91.2');
    const { model: file } = await openModel(bytes, { meta });
    expect(file.classNames).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect(file.preprocessing).toMatchObject({ channelOrder: 'rgb', crop: { height: 8 } });
    const mean = file.preprocessing && meanImageOf(file.preprocessing);
    expect(mean?.data).toHaveLength(40 * 40 * 3);
    expect([...(mean?.data.subarray(3 * 1599) ?? [])]).toEqual([120, 110, 100]);
  });

  it('refuses to read it as the paper prints the net', async () => {
    const reading = openModel(fixture('convnet-91.2'), { preset: 'paper' });
    await expect(reading).rejects.toThrow('compute something else than paper');
  });
});
