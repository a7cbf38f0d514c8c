import { strict as assert } from 'node:assert';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FormatError,
  type Model,
  openModel,
  readModel,
  saveModel,
  TARGET_NAMES,
  type Weight,
  writeModel,
} from '@alexnet/convert';
import { readBinaryproto } from '@alexnet/convert/caffe';
import { readKeras } from '@alexnet/convert/keras';
import { openFiles } from '@alexnet/convert/node';
import { readNpy } from '@alexnet/convert/numpy';
import { readCheckpoint } from '@alexnet/convert/tensorflow';
import { readTorch } from '@alexnet/convert/torch';
import { createSpec, parameterShapes } from '@alexnet/model';

async function main() {
  const spec = createSpec('caffe', { width: 1 / 16, classes: 10 });
  const weights = new Map<string, Weight>();
  for (const [name, shape] of parameterShapes(spec)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => Math.sin(i));
    weights.set(name, { shape, data });
  }
  const model: Model = { spec, weights, preprocessing: null, classNames: null, provenance: null };
  const same = (format: string, read: Model) => {
    assert.deepEqual(read.weights.get('conv2.weight'), weights.get('conv2.weight'), format);
    assert.deepEqual(read.weights.get('fc6.weight'), weights.get('fc6.weight'), format);
  };
  same('in memory', readModel(writeModel(model)));
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-use-'));
  for (const target of TARGET_NAMES) {
    const { files } = await saveModel(model, target);
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
    const main = join(folder, [...files.keys()].at(-1) ?? '');
    const opened = openFiles();
    const { format, model: read } = await openModel(await opened.source(main), { spec });
    await opened.close();
    assert.equal(format, target);
    same(target, read);
  }
  const nothing = new Uint8Array(64);
  await assert.rejects(openModel(nothing), FormatError);
  await assert.rejects(readTorch(nothing), FormatError);
  await assert.rejects(readBinaryproto(nothing), FormatError);
  for (const read of [readKeras, readNpy, readCheckpoint]) assert.equal(typeof read, 'function');
  console.log('convert works');
}

void main();
