import { strict as assert } from 'node:assert';
import {
  FormatError,
  type Model,
  readModel,
  type Weight,
  writeModel,
  writeOnnx,
} from '@alexnet/convert';
import { readCaffeModel, writeCaffeModel } from '@alexnet/convert/caffe';
import { readConvnetModel } from '@alexnet/convert/cuda-convnet';
import { readKerasModel, writeKerasWeights } from '@alexnet/convert/keras';
import { readMatconvnetModel } from '@alexnet/convert/matconvnet';
import { readNumpyModel, writeNumpyModel } from '@alexnet/convert/numpy';
import { readOnnxModel } from '@alexnet/convert/onnx';
import { readTensorflowModel } from '@alexnet/convert/tensorflow';
import { readTfjsModel, resolveFrom, writeTfjsModel } from '@alexnet/convert/tfjs';
import { readTorchModel, writeTorchModel } from '@alexnet/convert/torch';
import { createSpec, parameterShapes, validateSpec } from '@alexnet/model';

async function main() {
  const spec = createSpec('caffe', { width: 1 / 16, classes: 10 });
  const weights = new Map<string, Weight>();
  for (const [name, shape] of parameterShapes(spec)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => Math.sin(i));
    weights.set(name, { shape, data });
  }
  const file: Model = {
    spec,
    weights,
    preprocessing: null,
    classNames: null,
    provenance: null,
  };
  const same = (format: string, read: Model) => {
    assert.deepEqual(read.weights.get('conv2.weight'), weights.get('conv2.weight'), format);
    assert.deepEqual(read.weights.get('fc6.weight'), weights.get('fc6.weight'), format);
  };
  same('safetensors', readModel(writeModel(file), { validateSpec }));
  const how = { createSpec, spec, validateSpec };
  same('onnx', (await readOnnxModel(writeOnnx(file), how)).file);
  same('torch', (await readTorchModel(writeTorchModel(file).bytes, how)).file);
  same('numpy', (await readNumpyModel(writeNumpyModel(file).bytes, how)).file);
  same('caffe', (await readCaffeModel(writeCaffeModel(file).caffemodel, how)).file);
  // h5wasm cannot be required, only imported.
  const h5 = await import('h5wasm');
  const { modelJson, shards } = writeTfjsModel(file);
  same('tfjs', (await readTfjsModel(modelJson, { ...how, resolve: resolveFrom(shards) })).file);
  const keras = await writeKerasWeights(file, { h5 });
  same('keras', (await readKerasModel(keras.bytes, { ...how, h5 })).file);
  const nothing = new Uint8Array(64);
  await assert.rejects(readConvnetModel(nothing, how), FormatError);
  await assert.rejects(readMatconvnetModel(nothing, how), FormatError);
  const openShard = () => Promise.reject(new Error('there is no shard'));
  await assert.rejects(readTensorflowModel(nothing, { ...how, openShard }), FormatError);
  console.log('convert works');
}

void main();
