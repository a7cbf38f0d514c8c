import { expect, it } from 'vitest';
import { csv } from '../src/lib/page/save.js';

it('CSV quotes what holds a comma, a quote or a line break', () => {
  expect(
    csv([
      ['layer', 'says "hi"', 'a, b'],
      ['conv1', 'two\nlines', 1.5],
    ]),
  ).toBe('layer,"says ""hi""","a, b"\r\nconv1,"two\nlines",1.5\r\n');
});
