export {
  type CheckpointFile,
  type CheckpointStore,
  listCheckpoints,
  openCheckpointStore,
  readCheckpoint,
  readNewestCheckpoint,
  type TensorCodec,
} from './node/checkpoint-store.js';
export { createWorld } from './node/create-world.js';
export { csvLine } from './node/csv-line.js';
export { type EvaluationFile, readEvaluation, writeEvaluation } from './node/evaluation-file.js';
export { machine } from './node/machine.js';
export { metricsCsv } from './node/metrics-csv.js';
export {
  type EpochLine,
  type EvaluationLine,
  type MetricsLine,
  openMetricsLog,
  parseMetricsLine,
  type StepLine,
} from './node/metrics-log.js';
export {
  openTensorboardLog,
  type TensorboardLog,
} from './node/tensorboard/open-tensorboard-log.js';
