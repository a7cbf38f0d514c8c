import { expect, it } from 'vitest';
import { parsePreprocessing } from '../src/convert/parse-preprocessing.js';
import { faultOf } from '../src/convert/verify.js';

const exact = { notes: [{ step: 'read', code: 'layout', detail: '', exact: true }] } as const;
const rounded = { notes: [{ ...exact.notes[0], code: 'precision', exact: false }] } as const;

const found = (largestDifference: number) => ({
  checks: [{ tool: 'onnxruntime on the result', largestLogit: 2, largestDifference }],
  readAgain: { largestLogit: 2, largestDifference: 0 },
  notRun: [],
});

it('a verification fails where logits differ by more than rounding, are none, or nothing was compared', () => {
  expect(faultOf(found(1e-6), exact)).toBeNull();
  expect(faultOf(found(0.1), exact)).toMatch(/^onnxruntime on the result computes something else/);
  expect(faultOf(found(Number.NaN), exact)).toMatch(/something else/);
  expect(faultOf({ checks: [], readAgain: null, notRun: ['all'] }, exact)).toMatch(/nothing/);
  // Numbers that were rounded on request differ by what they do, but are numbers.
  expect(faultOf(found(0.1), rounded)).toBeNull();
  expect(faultOf(found(Number.NaN), rounded)).toMatch(/something else/);
});

it('squash is what is said of it', () => {
  const words = ['size=64', 'crop=55', 'order=rgb', 'range=255'];
  const squash = (word: string) => parsePreprocessing([...words, word]).resize.squash ?? false;
  expect(['squash', 'squash=true', 'squash=false'].map(squash)).toEqual([true, true, false]);
  expect(() => squash('squash=maybe')).toThrow('maybe');
});
