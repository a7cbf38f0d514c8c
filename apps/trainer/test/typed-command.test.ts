import { expect, test } from 'vitest';
import { typedCommand } from '../src/typed-command.js';

test('a command is written down with spaces in quotes and without its token', () => {
  const words = ['train', '--data', '/home/me/my pets', '--serve-token', 'secret', '--set=a=1'];
  expect(typedCommand(words)).toBe(
    "alexnet train --data '/home/me/my pets' --serve-token … --set=a=1",
  );
  expect(typedCommand(['train', '--serve-token=secret'])).toBe('alexnet train --serve-token=…');
});

test('results are shown without the folders of their machine', () => {
  const words = ['ablate', '--all', '--data=/home/me/pets.tar', '--out', '/tmp/a b.md'];
  expect(typedCommand(words, { paths: 'base' })).toBe(
    "alexnet ablate --all --data=pets.tar --out 'a b.md'",
  );
});
