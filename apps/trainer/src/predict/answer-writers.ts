import { csvLine } from '@alexnet/trainer/node';
import { percent, print, printJson } from '../say.js';
import type { Answer, Failed } from './answer.js';

/** How answers are written; all but `json` as they come. */
export const FORMATS = ['text', 'csv', 'jsonl', 'json'] as const;
export type AnswerFormat = (typeof FORMATS)[number];

/** Writes answers to stdout. */
export interface AnswerWriter {
  answer(answer: Answer): void;
  failed(failed: Failed): void;
  end(): void;
}

/** @param weights file the answers come from, for the one document of `json` */
export function answerWriter(format: AnswerFormat, weights: string): AnswerWriter {
  const nothing = () => undefined;
  if (format === 'json') return documentWriter(weights);
  if (format === 'jsonl') {
    const line = (value: Answer | Failed) => print(JSON.stringify(value));
    return { answer: line, failed: line, end: nothing };
  }
  if (format === 'text') return { answer: printAnswer, failed: nothing, end: nothing };
  const row = (...cells: readonly (string | number)[]) => process.stdout.write(csvLine(cells));
  row('image', 'rank', 'class', 'index', 'probability', 'error');
  return {
    answer: ({ image, top }) => {
      for (const [i, { class: name, index, probability }] of top.entries()) {
        row(image, i + 1, name, index, probability, '');
      }
    },
    failed: ({ image, reason }) => row(image, '', '', '', '', reason),
    end: nothing,
  };
}

function documentWriter(weights: string): AnswerWriter {
  const answers: Answer[] = [];
  const failed: Failed[] = [];
  return {
    answer: (answer) => answers.push(answer),
    failed: (one) => failed.push(one),
    end: () => printJson({ weights, answers, failed }),
  };
}

const CROP_NAMES = ['top left', 'top right', 'center', 'bottom left', 'bottom right'];

function printAnswer({ image, top, crops }: Answer): void {
  print(image);
  for (const { class: name, probability } of top)
    print(`  ${percent(probability).padStart(7)}  ${name}`);
  crops?.forEach(({ class: name, probability }, index) => {
    const where = `${CROP_NAMES[index % 5]}${index < 5 ? '' : ', mirrored'}`;
    print(`    ${where.padEnd(24)}${percent(probability).padStart(7)}  ${name}`);
  });
}
