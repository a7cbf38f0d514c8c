import { join } from 'node:path';
import type { Dataset } from '@alexnet/data';
import { writeAtomically } from '@alexnet/files/node';
import { type MetricsLine, metricsCsv, readMetrics } from '@alexnet/trainer/node';
import type { Command } from 'commander';
import { oneLine } from '../failure.js';
import { openData } from '../open-data.js';
import { type ReportExtras, showMistakes } from '../report/mistakes.js';
import { type RunFiles, readRunFiles } from '../report/run-files.js';
import { divisionOf } from '../run/division.js';
import { METRICS_NAME } from '../run-folder.js';
import { say } from '../say.js';

interface Options {
  readonly out?: string;
  readonly data?: string;
  readonly images: boolean;
  readonly csv?: string;
}

const SHOWN_MISTAKES = 24;

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('one HTML page of a run: curves, confusion matrix, conv1 filters, mistakes')
    .argument('<run>', 'the run folder, finished or not')
    .option('--out <file>', 'where the page goes (default: report.html in the run folder)')
    .option('--data <source>', 'where the images are now, if they moved')
    .option('--no-images', 'do not open the images: mistakes are listed by name')
    .option('--csv <file>', 'also write metrics.jsonl as a table')
    .action(run);
}

async function run(folder: string, options: Options): Promise<void> {
  const files = await readRunFiles(folder);
  const path = options.out ?? join(folder, 'report.html');
  const { reportPage } = await import('../report/page.js');
  const page = await reportPage(folder, files, await extras(files, options));
  await writeAtomically(path, page);
  say(`wrote ${path} (${(Buffer.byteLength(page) / 1e6).toFixed(1)} MB)`);
  if (options.csv === undefined) return;
  const lines: MetricsLine[] = [];
  for await (const line of readMetrics(join(folder, METRICS_NAME))) lines.push(line);
  await writeAtomically(options.csv, metricsCsv(lines));
  say(`wrote ${options.csv} (${lines.length} rows)`);
}

/** The mistakes with their images, where the images are still there. */
async function extras({ record, evaluation }: RunFiles, options: Options): Promise<ReportExtras> {
  const mistakes = evaluation?.evaluations[0]?.mistakes ?? [];
  const source = options.data ?? record.data;
  let dataset: Dataset | null = null;
  let withoutImages: string | null = null;
  if (mistakes.length > 0 && options.images) {
    try {
      dataset = await openData(source, divisionOf(record));
    } catch (error) {
      say(`mistakes go without images: ${oneLine(error)}`);
      withoutImages = `The images were not found at ${source}.`;
    }
  }
  try {
    return { mistakes: await showMistakes(mistakes, dataset, SHOWN_MISTAKES), withoutImages };
  } finally {
    await dataset?.close();
  }
}
