import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { writeClassFolders } from './class-folders.js';

// A process of its own: worker threads run what was built.
const CHILD = fileURLToPath(new URL('children/same-batches.mjs', import.meta.url));

test.each(['showcase', 'torchvision'])(
  'worker threads make the batches the trainer would make itself, bit for bit: %s',
  async (recipe) => {
    const folder = await mkdtemp(join(tmpdir(), 'alexnet-feed-'));
    try {
      await writeClassFolders(folder, { train: 9, val: 2 });
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD, folder, recipe]);
      expect(JSON.parse(stdout)).toEqual({ same: 8, total: 8 });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
