import * as tfCore from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { buildNetwork, createSpec, registerLayers } from '@alexnet/model';
import type { io } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32ToFloat16 } from '../src/float16.js';
import { FormatError, type Model, openModel } from '../src/index.js';
import { writeTfjsModel } from '../src/tfjs/tfjs-model.js';
import { NETWORKS, noise, randomWeights, sameWeights } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';
import { withParts } from './with-parts.js';

const tf = { ...tfCore, ...tfLayers };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const jsonWith = (modelJson: string, shards: ReadonlyMap<string, Uint8Array>) =>
  withParts('model.json', new TextEncoder().encode(modelJson), shards);

const withAll = (spec: Model['spec']): Model => ({
  spec,
  weights: randomWeights(spec),
  preprocessing: null,
  classNames: Array.from({ length: spec.classes }, (_, index) => `class ${index}`),
  provenance: { from: 'noise' },
});

describe.each(NETWORKS)('%s', (_name, spec) => {
  it('is loaded by tf.loadLayersModel with the same logits', async () => {
    const file = withAll(spec);
    const { modelJson, shards } = writeTfjsModel(file);
    const json = JSON.parse(modelJson) as io.ModelJSON;
    registerLayers(tf);
    const model = await tf.loadLayersModel({
      load: async () => ({
        modelTopology: json.modelTopology as object,
        weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
        weightData: new Uint8Array(Buffer.concat([...shards.values()])).buffer,
      }),
    });
    const { height, width, channels } = spec.input;
    const image = noise(height * width * channels, 99).map((value) => value * 128);
    const logits = tf.tidy(() =>
      (model.predict(tf.tensor4d(image, [1, height, width, channels])) as tfCore.Tensor).dataSync(),
    );
    model.dispose();
    expect(relativeDifference(logits, await logitsOf(file, image))).toBeLessThan(1e-5);
  });

  it('comes back whole', async () => {
    const file = withAll(spec);
    const { modelJson, shards } = writeTfjsModel(file);
    const back = await openModel(jsonWith(modelJson, shards));
    expect({ ...back.model, weights: null }).toEqual({ ...file, weights: null });
    expect(sameWeights(back.model.weights, file.weights)).toBe(true);
  });
});

describe('readTfjsModel', () => {
  it.each(['alexnet', 'caffenet', 'original2012', 'torchvision'] as const)(
    'reads what model.save of tfjs wrote for %s, known by its layers',
    async (preset) => {
      const spec = createSpec(preset, { width: 1 / 16, classes: 10 });
      const weights = randomWeights(spec);
      const network = buildNetwork(tf, spec);
      network.setWeights(weights);
      let saved: io.ModelArtifacts | undefined;
      await network.model.save(
        tf.io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
        }),
      );
      network.dispose();
      const { modelTopology, weightSpecs, weightData } = saved ?? {};
      const bytes = new Uint8Array(weightData as ArrayBuffer);
      // Three shards that cut tensors in the middle of a number.
      const shards = new Map([
        ['a.bin', bytes.subarray(0, 1001)],
        ['b.bin', bytes.subarray(1001, 1003)],
        ['c.bin', bytes.subarray(1003)],
      ]);
      const modelJson = JSON.stringify({
        format: 'layers-model',
        modelTopology,
        weightsManifest: [{ paths: [...shards.keys()], weights: weightSpecs }],
      });
      const { model: file } = await openModel(jsonWith(modelJson, shards));
      expect(file.spec).toEqual(spec);
      expect(sameWeights(file.weights, weights)).toBe(true);
    },
  );

  it.each(['uint8', 'uint16', 'float16'] as const)('undoes %s quantization', async (dtype) => {
    const spec = createSpec('lenet5');
    const weights = randomWeights(spec);
    const { modelJson } = writeTfjsModel({
      spec,
      weights,
      preprocessing: null,
      classNames: null,
      provenance: null,
    });
    const scale = dtype === 'uint8' ? 2 / 255 : 2 / 65535;
    const json = JSON.parse(modelJson);
    const parts: Uint8Array[] = [];
    for (const { data } of weights.values()) {
      if (dtype === 'float16')
        parts.push(new Uint8Array(Uint16Array.from(data, float32ToFloat16).buffer));
      else {
        const codes = Array.from(data, (value) => Math.round((value + 1) / scale));
        const array = dtype === 'uint8' ? Uint8Array.from(codes) : Uint16Array.from(codes);
        parts.push(new Uint8Array(array.buffer));
      }
    }
    for (const entry of json.weightsManifest[0].weights) {
      entry.quantization = dtype === 'float16' ? { dtype } : { dtype, scale, min: -1 };
    }
    const shard = new Uint8Array(Buffer.concat(parts));
    const shards = new Map([[json.weightsManifest[0].paths[0], shard]]);
    const { model: file } = await openModel(jsonWith(JSON.stringify(json), shards));
    const worst = Math.max(
      ...[...weights].map(([name, { data }]) => {
        const values = file.weights.get(name)?.data ?? [];
        return Math.max(...data.map((value, index) => Math.abs(value - (values[index] ?? 9))));
      }),
    );
    expect(worst).toBeLessThan(dtype === 'float16' ? 2 ** -11 : scale * 0.51);
    expect(worst).toBeGreaterThan(0);
  });

  it.each([
    ['a graph model', 'unsupported', '"format":"layers-model"', '"format":"graph-model"'],
    ['a shard elsewhere', 'forbidden-name', 'group1-shard1of1.bin', '../secret.bin'],
    ['a Lambda layer', 'unsupported', '"class_name":"Flatten"', '"class_name":"Lambda"'],
    ['a weight too large', 'truncated', '"shape":[120,84]', '"shape":[120,8400]'],
    ['integers', 'bad-dtype', '"dtype":"float32"}]', '"dtype":"int32"}]'],
    ['__proto__', 'forbidden-name', '"generatedBy"', '"__proto__"'],
  ])('refuses %s (%s)', async (_name, code, from, to) => {
    const written = writeTfjsModel(withAll(createSpec('lenet5')));
    // As another tool would leave it: the layers say what the network is.
    const { userDefinedMetadata: _, ...foreign } = JSON.parse(written.modelJson);
    const [modelJson, { shards }] = [JSON.stringify(foreign), written];
    expect(modelJson).toContain(from);
    const reading = openModel(jsonWith(modelJson.replace(from, to), shards), { from: 'tfjs' });
    await expect(reading).rejects.toThrow(expect.objectContaining({ code }));
    await expect(reading).rejects.toThrow(FormatError);
  });
});
