import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { readModel } from '@alexnet/convert';
import { SHOWCASE } from '@alexnet/showcase';

async function main() {
  const model = readModel(await readFile(SHOWCASE.showcase));
  assert.equal(model.classNames?.length, 100);
  console.log('showcase works');
}

void main();
