import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readEvaluation, writeEvaluation } from '../src/node.js';

test('an evaluation comes back from its file; another file is refused, none is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-evaluation-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'evaluation.json');
  expect(await readEvaluation(path)).toBeNull();
  const file = {
    format: 1,
    created: 'today',
    step: 3,
    classNames: ['a'],
    evaluations: [],
  } as const;
  await writeEvaluation(path, file);
  expect(await readEvaluation(path)).toEqual(file);
  for (const other of ['{', 'null', '{"format":2,"evaluations":[]}', '{"format":1}']) {
    await writeFile(path, other);
    await expect(readEvaluation(path)).rejects.toMatchObject({
      code: 'bad-file',
      message: `${path} is not an evaluation of this version`,
    });
  }
});
