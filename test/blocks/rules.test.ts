import { describe, expect, it } from 'vitest';
import { compareOutput } from './compare-output.js';
import { parseBlocks } from './parse-blocks.js';
import { programOf } from './run-block.js';

const FENCE = '```';

describe('compareOutput', () => {
  it.each([
    ['a\n\n', '\na  '],
    ['trained in 3 min 8 s, 57.5 images/s', 'trained in 4 s, 1,203 images/s'],
    [
      'tensorflow (AMD EPYC, 2 threads, TensorFlow 2.21.0)',
      'tensorflow (Intel(R) Xeon(R) CPU @ 2.20GHz, 8 threads, TensorFlow 2.22.1)',
    ],
    ['loss 1.06, 62,378,344 parameters', 'loss 1.07, 62,378,344 parameters'],
    ['0.00218 of 5', '0.00219 of 5'],
    ['wrote … (244.4 MB)', 'wrote /tmp/a.pth (244.4 MB)'],
    ['first\n…\nlast', 'first\n1\n2\nlast'],
    ['first\n…\nlast', 'first\nlast'],
  ])('takes %j for %j', (page, printed) => {
    expect(compareOutput(page, printed)).toBeNull();
  });

  it.each([
    ['a', 'b', 'line 1: the page says "a", printed was "b"'],
    ['a\nb', 'a', 'line 2: the page says "b", printed was nothing'],
    ['a', 'a\nb', 'line 2: the page says nothing, printed was "b"'],
    ['5 epochs', '6 epochs', 'line 1: the page says "5 epochs", printed was "6 epochs"'],
    ['loss 1.06', 'loss 1.09', 'line 1: the page says "loss 1.06", printed was "loss 1.09"'],
    ['x\n…\ny', 'x\n1\nz', 'line 3: the page says "y", printed was "1"'],
  ])('tells %j from %j', (page, printed, difference) => {
    expect(compareOutput(page, printed)).toBe(difference);
  });
});

describe('parseBlocks', () => {
  it('reads code, its output, and what comments ask for', () => {
    const text = `
<!-- block: data=images -->
<!-- block: instead of \`--data emoji\`, \`--data images\` -->
${FENCE}sh
alexnet train --data emoji
${FENCE}

${FENCE}
done
${FENCE}

${FENCE}js
const a = 1;
${FENCE}
<!-- block: continues -->
${FENCE}js
console.log(a);
${FENCE}
`;
    const blocks = parseBlocks('page.md', text);
    expect(blocks.map(({ line, language, output }) => ({ line, language, output }))).toEqual([
      { line: 4, language: 'sh', output: 'done' },
      { line: 12, language: 'js', output: null },
      { line: 16, language: 'js', output: null },
    ]);
    const [train, , logged] = blocks;
    if (!train || !logged) throw new Error('blocks are missing');
    expect(train.data).toEqual(['images']);
    expect(programOf(train, blocks)).toBe('alexnet train --data images');
    expect(programOf(logged, blocks)).toMatch(/^const a = 1;\n.*\nconsole\.log\(a\);$/);
  });

  it.each([
    [`${FENCE}\nwhat is this\n${FENCE}`, 'a bare fence is the output of the block above it'],
    [`${FENCE}js\n1`, 'a fence that is never closed'],
    [
      `<!-- block: not run -->\n${FENCE}js\n1\n${FENCE}`,
      '"block: not run" is none of not run, REASON',
    ],
    ['<!-- block: continues -->\ntext', 'a block comment without a block'],
  ])('refuses %j', (text, message) => {
    expect(() => parseBlocks('page.md', text)).toThrow(message);
  });
});
