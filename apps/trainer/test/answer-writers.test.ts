import { afterEach, expect, test, vi } from 'vitest';
import { type AnswerFormat, answerWriter } from '../src/predict/answer-writers.js';

afterEach(() => void vi.restoreAllMocks());

/** What two answers and a broken image are written as. */
function written(format: AnswerFormat): string {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += part;
    return true;
  });
  const writer = answerWriter(format, 'net.safetensors');
  const top = [{ class: 'tench, Tinca "tinca"', index: 0, probability: 0.75 }];
  writer.answer({ image: 'a.jpg', top: [...top, { class: 'hen', index: 8, probability: 0.25 }] });
  writer.failed({ image: 'b, c.jpg', reason: 'empty file' });
  writer.answer({ image: 'd.jpg', top });
  writer.end();
  return text;
}

test('csv has a row for each class of an image and one for a broken image', () => {
  expect(written('csv').split('\n')).toEqual([
    'image,rank,class,index,probability,error',
    'a.jpg,1,"tench, Tinca ""tinca""",0,0.75,',
    'a.jpg,2,hen,8,0.25,',
    '"b, c.jpg",,,,,empty file',
    'd.jpg,1,"tench, Tinca ""tinca""",0,0.75,',
    '',
  ]);
});

test('jsonl has a line for each image, broken ones too', () => {
  const lines = written('jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ image }) => image)).toEqual(['a.jpg', 'b, c.jpg', 'd.jpg']);
  expect(lines[1]).toEqual({ image: 'b, c.jpg', reason: 'empty file' });
});

test('json is one document', () => {
  expect(JSON.parse(written('json'))).toMatchObject({
    weights: 'net.safetensors',
    answers: [{ image: 'a.jpg' }, { image: 'd.jpg' }],
    failed: [{ image: 'b, c.jpg' }],
  });
});
