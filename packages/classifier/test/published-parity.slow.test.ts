import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareImage } from '@alexnet/augment';
import { selectBackend } from '@alexnet/backend/node';
import { decodeImage, openDataset } from '@alexnet/data';
import { buildNetwork, type Preprocessing, type Tf } from '@alexnet/model';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findPublished } from '../src/index.js';
import { openWeights } from '../src/node/index.js';

/** Photographs with a license that keeps them out of the repository. */
const PHOTOGRAPHS = fileURLToPath(
  new URL('../../../../shared/data/imagenet-sample.tar', import.meta.url),
);
const SCRIPT = fileURLToPath(new URL('./fixtures/reference.py', import.meta.url));
/** Environments in which `reference.py` finds what it imports; the same one may have both. */
const PYTHONS = {
  torchvision: process.env.ALEXNET_PYTHON_TORCH ?? 'python3',
  caffe: process.env.ALEXNET_PYTHON_OPENCV ?? 'python3',
};
const IMPORTS = { torchvision: 'torch, torchvision, PIL', caffe: 'numpy, cv2, PIL' };
const COUNT = Number(process.env.ALEXNET_PHOTOGRAPHS ?? 200);

function missing(tool: keyof typeof PYTHONS): string | null {
  if (!existsSync(PHOTOGRAPHS)) return `${PHOTOGRAPHS} is missing`;
  const code = tool === 'torchvision' ? 'import torch, PIL' : 'import numpy, cv2, PIL';
  const { status } = spawnSync(PYTHONS[tool], ['-c', code]);
  return status === 0 ? null : `${PYTHONS[tool]} cannot import ${IMPORTS[tool]}`;
}

/** Every photograph prepared and answered here, beside what the tool made of it. */
async function differences(tf: Tf, tool: keyof typeof PYTHONS, expected?: Preprocessing) {
  const folder = await mkdtemp(join(tmpdir(), `alexnet-${tool}-`));
  onTestFinished(() => rm(folder, { recursive: true }));
  const run = spawnSync(PYTHONS[tool], [SCRIPT, tool, PHOTOGRAPHS, String(COUNT), folder]);
  if (run.status !== 0) throw new Error(String(run.stderr));
  const floats = async (name: string) => {
    const bytes = await readFile(join(folder, name));
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  };
  const [pixels, logits] = [await floats('pixels.f32'), await floats('logits.f32')];
  const { model } =
    tool === 'caffe'
      ? await openWeights(join(folder, 'net.caffemodel'), {
          mean: join(folder, 'mean.binaryproto'),
        })
      : await openWeights(join(folder, 'alexnet.pth'), expected && { preprocessing: expected });
  const preprocessing = model.preprocessing as Preprocessing;
  const network = buildNetwork(tf, model.spec);
  network.setWeights(model.weights);
  const dataset = await openDataset(PHOTOGRAPHS, { validationShare: 0 });
  const order = [...dataset.train.records.keys()].sort((a, b) => {
    const [first, second] = [
      dataset.train.records[a]?.id ?? '',
      dataset.train.records[b]?.id ?? '',
    ];
    return first < second ? -1 : 1;
  });
  const { height, width } = preprocessing.crop;
  const size = height * width * 3;
  const worst = { pixel: 0, logit: 0, answers: 0, images: 0 };
  for (const [row, index] of order.slice(0, COUNT).entries()) {
    const image = await decodeImage(await dataset.train.bytes(index));
    const prepared = prepareImage(image, preprocessing);
    // The network reads RGB rows of pixels; Caffe's file has BGR planes.
    const bgr = tool === 'caffe';
    for (let i = 0; i < size; i++) {
      const channel = bgr ? 2 - (i % 3) : i % 3;
      const theirs = pixels[row * size + channel * height * width + Math.floor(i / 3)] as number;
      worst.pixel = Math.max(worst.pixel, Math.abs(theirs - (prepared[i] as number)));
    }
    const own = tf.tidy(() =>
      network.forward(tf.tensor4d(prepared, [1, height, width, 3])).dataSync(),
    );
    const theirs = logits.subarray(row * own.length, (row + 1) * own.length);
    const scale = Math.max(...theirs.map(Math.abs));
    for (let i = 0; i < own.length; i++) {
      const difference = Math.abs((own[i] as number) - (theirs[i] as number));
      worst.logit = Math.max(worst.logit, difference / scale);
    }
    const best = (values: ArrayLike<number>) =>
      Array.from(values).reduce(
        (top, value, i, all) => (value > (all[top] as number) ? i : top),
        0,
      );
    worst.answers += best(own) === best(theirs) ? 1 : 0;
    worst.images++;
  }
  network.dispose();
  await dataset.close();
  console.info(`${tool}: ${JSON.stringify(worst)}`);
  return worst;
}

describe('photographs prepared and answered as by', () => {
  let tf: Tf;
  beforeAll(async () => {
    ({ tf } = await selectBackend());
  });

  it("torchvision's own transforms and net, random weights", async ({ skip }) => {
    const reason = missing('torchvision');
    if (reason) skip(reason);
    const expected = findPublished('torchvision')?.preprocessing ?? undefined;
    const { pixel, logit, answers, images } = await differences(tf, 'torchvision', expected);
    expect(pixel).toBeLessThan(1e-4);
    expect(logit).toBeLessThan(1e-4);
    expect(answers).toBe(images);
  });

  it("a NumPy statement of Caffe's, random weights and mean image", async ({ skip }) => {
    const reason = missing('caffe');
    if (reason) skip(reason);
    const { pixel, logit, answers, images } = await differences(tf, 'caffe');
    expect(pixel).toBeLessThan(1e-4);
    expect(logit).toBeLessThan(1e-4);
    expect(answers).toBe(images);
  });
});
