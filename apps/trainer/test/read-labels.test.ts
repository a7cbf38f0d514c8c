import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLabels } from '../src/convert/read-labels.js';

test.each([
  ['lines', 'tench\r\ngoldfish\r\n'],
  ['a JSON list', '["tench", "goldfish"]'],
  ['JSON by number', '{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}'],
])('%s, with a byte order mark or without', async (_, text) => {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-labels-'));
  const path = join(folder, 'labels');
  for (const bytes of [
    Buffer.from(text),
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  ]) {
    await writeFile(path, bytes);
    expect(await readLabels(path)).toEqual(['tench', 'goldfish']);
  }
  await rm(folder, { recursive: true });
});
