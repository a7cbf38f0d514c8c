import { strict as assert } from 'node:assert';
import { findPublished, PUBLISHED_WEIGHTS } from '@alexnet/classifier';
import { loadClassifier } from '@alexnet/classifier/node';

async function main() {
  const alexnet = await loadClassifier('showcase', { backend: 'wasm' });
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i) % 251);
  const image = { width: 64, height: 64, data };
  const answers = await alexnet.classify(image, { top: 5 });
  assert.equal(answers.length, 5);
  assert.ok(answers[0] && answers[0].probability >= (answers[1]?.probability ?? 1));
  const conv1 = (await alexnet.activations(image, ['conv1'])).get('conv1');
  assert.ok(conv1?.data.some((value) => value > 0));
  alexnet.dispose();
  assert.ok(findPublished('torchvision') !== undefined && PUBLISHED_WEIGHTS.length > 2);
  console.log('classifier works');
}

void main();
