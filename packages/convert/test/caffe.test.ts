import { createSpec, meanImageOf } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { writeCaffeModel } from '../src/caffe/caffe-model.js';
import { caffeMean, readBinaryproto, writeBinaryproto } from '../src/caffe/index.js';
import { type Model, openModel, readModel, writeModel } from '../src/index.js';
import { writeOnnx } from '../src/onnx/write-onnx.js';
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
const expected = async () => (await openModel(fixture('npy-list.npy'), { preset: 'caffe' })).model;

describe('readCaffeModel', () => {
  it('reads the V1 form Caffe trained in 2014, and knows bvlc_alexnet by its layers', async () => {
    const { model: file, notes } = await openModel(fixture('caffe-v1.caffemodel'));
    expect(file.spec.preset).toBe('caffe');
    expect(sameWeights(file.weights, (await expected()).weights)).toBe(true);
    expect(notes.map(({ code, exact }) => [code, exact])).toEqual([
      ['architecture', true], // the size of the images is not in the file
      ['layout', true],
      ['channel-order', true],
      ['preprocessing', true],
    ]);
  });

  it('reads the V2 form, doubles included, and knows caffenet by its layers', async () => {
    const bytes = fixture('caffe-v2.caffemodel');
    await expect(openModel(bytes)).rejects.toThrow('allow "precision"');
    const { model: file } = await openModel(bytes, { allow: ['precision'] });
    expect(file.spec.preset).toBe('caffenet');
    expect(sameWeights(file.weights, (await expected()).weights)).toBe(true);
  });

  it('refuses to read one network as another', async () => {
    const reading = openModel(fixture('caffe-v1.caffemodel'), { preset: 'paper' });
    await expect(reading).rejects.toThrow('compute something else than paper');
  });

  it('keeps a mean image, pixel by pixel, also through a file', async () => {
    const side = 227;
    const planes = Float32Array.from({ length: 3 * side * side }, (_, i) => i % 250);
    const mean = writeBinaryproto({ height: side, width: side, data: planes });
    const { model: file } = await openModel(fixture('caffe-v1.caffemodel'), { mean });
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
    const half = writeModel(file, { dtype: 'f16' });
    const back = readModel(half);
    const others = [(await openModel(half)).model, (await openModel(writeOnnx(file))).model];
    for (const other of [back, ...others]) {
      expect({ ...other.preprocessing, mean: null }).toEqual({ ...preprocessing, mean: null });
      const again = other.preprocessing && meanImageOf(other.preprocessing);
      expect(bits(again?.data) === bits(image.data)).toBe(true);
    }
    expect(sameWeights(back.weights, file.weights)).toBe(false);
  });

  it('says what becomes of a mean image that covers no square input', async () => {
    const image = fixture('caffe-mean.binaryproto');
    const mean = await readBinaryproto(image);
    expect([mean.height, mean.width, mean.data[0], mean.data[59]]).toEqual([4, 5, 100, 159]);
    const bytes = fixture('caffe-v1.caffemodel');
    await expect(openModel(bytes, { mean: image })).rejects.toThrow('allow "mean-image"');
    const { model: file } = await openModel(bytes, { mean: image, allow: ['mean-image'] });
    expect(file.preprocessing).toMatchObject({ channelOrder: 'rgb', mean: [149.5, 129.5, 109.5] });
    expect(readModel(writeModel(file)).preprocessing).toEqual(file.preprocessing);
  });
});

describe('writeCaffeModel', () => {
  it.each(NETWORKS)('comes back bit for bit: %s', async (_name, spec) => {
    const file = bare(spec);
    const { caffemodel } = writeCaffeModel(file, { allow: ['architecture'] });
    const back = await openModel(caffemodel, { spec });
    expect(sameWeights(back.model.weights, file.weights)).toBe(true);
  });

  it.each(['alexnet', 'paper', 'original2012', 'caffe', 'caffenet', 'torchvision'] as const)(
    'says enough for %s to be known again',
    async (preset) => {
      const spec = createSpec(preset, { width: 1 / 16, classes: 10 });
      const { caffemodel } = writeCaffeModel(bare(spec), { allow: ['architecture'] });
      expect((await openModel(caffemodel)).model.spec).toEqual(spec);
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
