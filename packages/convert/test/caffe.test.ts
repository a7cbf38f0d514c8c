import { createSpec, meanImageOf, validateSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import {
  caffeMean,
  readBinaryproto,
  readCaffeModel,
  writeBinaryproto,
  writeCaffeModel,
} from '../src/caffe/index.js';
import { type Model, readModel, writeModel } from '../src/index.js';
import { readNumpyModel } from '../src/numpy/index.js';
import { readOnnxModel, writeOnnx } from '../src/onnx/index.js';
import { fixture, golden } from './golden.js';
import { NETWORKS, noise, randomWeights, sameWeights } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';

const bare = (spec: Model['spec']): Model => ({
  spec,
  weights: randomWeights(spec),
  preprocessing: null,
  classNames: null,
  provenance: null,
});

/** The same numbers out of another format. */
const expected = async () =>
  (await readNumpyModel(fixture('npy-list.npy'), { createSpec, preset: 'caffe' })).file;

describe('readCaffeModel', () => {
  it('reads the V1 form Caffe trained in 2014, and knows bvlc_alexnet by its layers', async () => {
    const { file, notes } = await readCaffeModel(fixture('caffe-v1.caffemodel'), { createSpec });
    expect(file.spec.preset).toBe('caffe');
    expect(sameWeights(file.weights, (await expected()).weights)).toBe(true);
    expect(notes.map(({ code, exact }) => [code, exact])).toEqual([
      ['layout', true],
      ['channel-order', true],
      ['preprocessing', true],
    ]);
  });

  it('reads the V2 form, doubles included, and knows caffenet by its layers', async () => {
    const bytes = fixture('caffe-v2.caffemodel');
    await expect(readCaffeModel(bytes, { createSpec })).rejects.toThrow('allow "precision"');
    const { file } = await readCaffeModel(bytes, { createSpec, allow: ['precision'] });
    expect(file.spec.preset).toBe('caffenet');
    expect(sameWeights(file.weights, (await expected()).weights)).toBe(true);
  });

  it('refuses to read one network as another', async () => {
    const reading = readCaffeModel(fixture('caffe-v1.caffemodel'), { createSpec, preset: 'paper' });
    await expect(reading).rejects.toThrow('compute something else than paper');
  });

  it('keeps a mean image, pixel by pixel, also through a file', async () => {
    const side = 227;
    const planes = Float32Array.from({ length: 3 * side * side }, (_, i) => i % 250);
    const mean = await readBinaryproto(
      writeBinaryproto({ height: side, width: side, data: planes }),
    );
    const bytes = fixture('caffe-v1.caffemodel');
    const { file } = await readCaffeModel(bytes, { createSpec, mean });
    const { preprocessing } = file;
    if (!preprocessing) throw new Error('no preprocessing');
    expect(preprocessing).toMatchObject({
      resize: { shorterSide: side, squash: true, antialias: false },
      channelOrder: 'rgb',
    });
    const image = meanImageOf(preprocessing);
    if (!image) throw new Error('no mean image');
    // Pixel (1, 2), RGB: the third, second and first plane of Caffe's.
    const at = (plane: number) => planes[plane * side * side + 2 * side + 1];
    const pixel = image.data.subarray(3 * (2 * side + 1), 3 * (2 * side + 1) + 3);
    expect([...pixel]).toEqual([at(2), at(1), at(0)]);
    const bits = (data: Float32Array | undefined) =>
      data && Buffer.from(data.buffer).toString('hex');
    expect(bits(caffeMean(preprocessing)?.data) === bits(planes)).toBe(true);
    const back = readModel(writeModel(file, { dtype: 'f16' }), { validateSpec });
    const onnx = writeOnnx(file);
    const options = { createSpec, validateSpec };
    for (const other of [back, (await readOnnxModel(onnx, options)).file]) {
      expect({ ...other.preprocessing, mean: null }).toEqual({ ...preprocessing, mean: null });
      const again = other.preprocessing && meanImageOf(other.preprocessing);
      expect(bits(again?.data) === bits(image.data)).toBe(true);
    }
    expect(sameWeights(back.weights, file.weights)).toBe(false);
  });

  it('says what becomes of a mean image that covers no square input', async () => {
    const mean = await readBinaryproto(fixture('caffe-mean.binaryproto'));
    expect([mean.height, mean.width, mean.data[0], mean.data[59]]).toEqual([4, 5, 100, 159]);
    const bytes = fixture('caffe-v1.caffemodel');
    await expect(readCaffeModel(bytes, { createSpec, mean })).rejects.toThrow('allow "mean-image"');
    const { file } = await readCaffeModel(bytes, { createSpec, mean, allow: ['mean-image'] });
    expect(file.preprocessing).toMatchObject({ channelOrder: 'rgb', mean: [149.5, 129.5, 109.5] });
    expect(readModel(writeModel(file), { validateSpec }).preprocessing).toEqual(file.preprocessing);
  });
});

describe('writeCaffeModel', () => {
  it.each(NETWORKS)('comes back bit for bit: %s', async (_name, spec) => {
    const file = bare(spec);
    const { caffemodel } = writeCaffeModel(file, { allow: ['architecture'] });
    const back = await readCaffeModel(caffemodel, { createSpec, spec });
    expect(sameWeights(back.file.weights, file.weights)).toBe(true);
  });

  it.each(['alexnet', 'paper', 'original2012', 'caffe', 'caffenet', 'torchvision'] as const)(
    'says enough for %s to be known again',
    async (preset) => {
      const spec = createSpec(preset, { width: 1 / 16, classes: 10 });
      const { caffemodel } = writeCaffeModel(bare(spec), { allow: ['architecture'] });
      expect((await readCaffeModel(caffemodel, { createSpec })).file.spec).toEqual(spec);
    },
  );

  it('says that Caffe cannot pad on one side', () => {
    const spec = createSpec('original2012', { width: 1 / 16, classes: 10 });
    expect(() => writeCaffeModel(bare(spec))).toThrow('feed 227×227 images with 0, 0, 3, 3 zeros');
    expect(writeCaffeModel(bare(spec), { allow: ['architecture'] }).prototxt).toContain('dim: 227');
  });

  it('writes files that give the same logits in OpenCV (make_caffe.py)', async () => {
    const file = await expected();
    const { caffemodel, prototxt } = writeCaffeModel({ ...file, provenance: null });
    const mean = await readBinaryproto(fixture('caffe-mean.binaryproto'));
    const binaryproto = writeBinaryproto(mean);
    for (const [name, bytes] of [
      ['written.caffemodel', caffemodel],
      ['written.prototxt', new TextEncoder().encode(prototxt)],
      ['written.binaryproto', binaryproto],
    ] as const) {
      expect(Buffer.from(bytes).equals(golden(name, bytes))).toBe(true);
    }
    const image = noise(227 * 227 * 3, 99).map((value) => value * 128);
    const { logits } = JSON.parse(new TextDecoder().decode(fixture('caffe-written.json')));
    expect(relativeDifference(await logitsOf(file, image), logits)).toBeLessThan(1e-4);
  });
});
