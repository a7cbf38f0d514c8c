import type { MetricsLine } from '../metrics-log.js';
import type { SummaryValue } from './encode-event.js';

/** The scalars of one metrics line, by the tags they have in TensorBoard. */
export function summaryValues(line: MetricsLine): SummaryValue[] {
  const scalars = Object.entries(scalarsOf(line)).filter(([, scalar]) => !Number.isNaN(scalar));
  return scalars.map(([tag, scalar]) => ({ tag, scalar }));
}

function scalarsOf(line: MetricsLine): Record<string, number> {
  switch (line.kind) {
    case 'step':
      return {
        'train/loss': line.loss,
        'train/accuracy': line.accuracy,
        'train/learning_rate': line.learningRate,
        ...(line.gradientNorm === undefined ? {} : { 'train/gradient_norm': line.gradientNorm }),
        'speed/images_per_second': line.imagesPerSecond,
        'speed/data_wait': line.wait,
      };
    case 'epoch':
      return {
        'epoch/train_loss': line.trainLoss,
        'epoch/train_top1': line.trainTop1,
        'validation/loss': line.validationLoss,
        'validation/top1': line.validationTop1,
        ...(line.validationTop5 === undefined ? {} : { 'validation/top5': line.validationTop5 }),
        'epoch/seconds': line.seconds,
      };
    case 'evaluation': {
      const view = line.view.replaceAll(' ', '_');
      return {
        [`final/${view}_top1`]: line.top1,
        ...(line.top5 === undefined ? {} : { [`final/${view}_top5`]: line.top5 }),
      };
    }
  }
}
