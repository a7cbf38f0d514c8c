import { csvLine } from './csv-line.js';
import type { EpochLine, EvaluationLine, MetricsLine, StepLine } from './metrics-log.js';

/** Every field of `metrics.jsonl`; a row fills those of its kind. */
const COLUMNS = [
  ...(['kind', 'step', 'epoch'] as const),
  ...(['loss', 'accuracy', 'learningRate', 'gradientNorm', 'imagesPerSecond', 'wait'] as const),
  ...(['trainLoss', 'trainTop1', 'validationLoss', 'validationTop1', 'validationTop5'] as const),
  ...(['seconds', 'view', 'images', 'top1', 'top5', 'majority'] as const),
  ...(['world', 'reduction', 'reducing'] as const),
] satisfies readonly (keyof StepLine | keyof EpochLine | keyof EvaluationLine)[];

/**
 * Metrics as one CSV table, a head and a row for each line in its order. A field that a line does not
 * have, or that is no number, is an empty cell. Units are those of {@link MetricsLine}.
 */
export function metricsCsv(lines: Iterable<MetricsLine>): string {
  const rows = [csvLine(COLUMNS)];
  for (const line of lines) {
    const fields = new Map<string, string | number | null>(Object.entries(line));
    rows.push(csvLine(COLUMNS.map((column) => cell(fields.get(column)))));
  }
  return rows.join('');
}

function cell(value: string | number | null | undefined): string | number {
  return value === undefined || value === null || Number.isNaN(value) ? '' : value;
}
