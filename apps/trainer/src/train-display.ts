import type { EpochReport, StepReport } from '@alexnet/trainer';
import { SingleBar } from 'cli-progress';
import { BAR, BAR_STYLE, SHOW_AFTER_MS } from './progress.js';
import { duration, percent, say } from './say.js';

/** The moving line of a training run, and one lasting line an epoch. */
export interface TrainDisplay {
  readonly step: (report: StepReport) => void;
  readonly validate: (done: number, total: number) => void;
  readonly epoch: (report: EpochReport) => void;
  readonly close: () => void;
}

/** How much one more step moves the shown averages. */
const SMOOTHING = 0.05;

export function openTrainDisplay(epochs: number): TrainDisplay {
  const bar = new SingleBar({
    ...BAR_STYLE,
    format: `{phase} ${BAR}{value}/{total} · {text} · whole run ETA {runEta}`,
    barsize: 16,
    fps: 5,
  });
  const phaseWidth = `epoch ${epochs}/${epochs}`.length;
  let open = false;
  let stepMs = 0;
  let loss = 0;
  let accuracy = 0;
  let wait = 0;
  let epochOverheadMs = 0;
  let validationStarted = 0;
  let runEta = '…';
  let fullBatch = 0;
  let rate = 0;

  const show = (phase: string, done: number, total: number, text: string) => {
    const payload = { phase: phase.padEnd(phaseWidth), text, runEta };
    if (!open) bar.start(total, done, payload);
    open = true;
    bar.setTotal(total);
    bar.update(done, payload);
  };
  const close = () => {
    if (open) bar.stop();
    open = false;
  };

  return {
    step(report) {
      const first = stepMs === 0;
      stepMs += (report.durationMs - stepMs) * (first ? 1 : SMOOTHING);
      loss += (report.loss - loss) * (first ? 1 : SMOOTHING);
      accuracy += (report.accuracy - accuracy) * (first ? 1 : SMOOTHING);
      wait += (report.waitMs / report.durationMs - wait) * (first ? 1 : SMOOTHING);
      const total = report.stepsPerEpoch * epochs;
      const epochsLeft = epochs - report.epoch;
      runEta = duration((total - report.globalStep) * stepMs + epochsLeft * epochOverheadMs);
      // The last batch of an epoch is a part of one, and says nothing of the speed.
      if (report.images >= fullBatch) rate = Math.round((1000 * report.images) / report.durationMs);
      fullBatch = Math.max(fullBatch, report.images);
      show(
        `epoch ${report.epoch + 1}/${epochs}`,
        report.step,
        report.stepsPerEpoch,
        `loss ${loss.toFixed(3)} · top-1 ${percent(accuracy)} · learning rate ${report.learningRate.toPrecision(2)} · ${rate} images/s · data wait ${percent(wait)}${reduction(report)} · ${memory()}`,
      );
    },
    validate(done, total) {
      if (validationStarted === 0) {
        validationStarted = performance.now();
        close();
      }
      if (performance.now() - validationStarted < SHOW_AFTER_MS) return;
      show('validating', done, total, 'images');
    },
    epoch(report) {
      // Without validation images nothing comes between epochs.
      epochOverheadMs = validationStarted === 0 ? 0 : performance.now() - validationStarted;
      validationStarted = 0;
      close();
      const { validation } = report;
      say(
        `epoch ${String(report.epoch + 1).padStart(String(epochs).length)}/${epochs}` +
          ` · train loss ${report.trainLoss.toFixed(3)}, top-1 ${percent(report.trainTop1)}` +
          (validation
            ? ` · validation loss ${validation.loss.toFixed(3)}, top-1 ${percent(validation.top1)}${validation.top5 === undefined ? '' : `, top-5 ${percent(validation.top5)}`}`
            : '') +
          ` · ${duration(report.durationMs)}, data wait ${percent(report.waitShare)}`,
      );
    },
    close,
  };
}

/** With other processes: the share of a step spent waiting for their sums. */
function reduction({ reduction, durationMs }: StepReport): string {
  if (!reduction) return '';
  return ` · ${reduction.processes} processes, reduction ${percent(Math.min(1, reduction.waitMs / durationMs))}`;
}

/** Resident memory of this process. */
function memory(): string {
  return `${(process.memoryUsage.rss() / 1e9).toFixed(1)} GB`;
}
