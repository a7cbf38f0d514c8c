export {
  type CheckpointFile,
  type CheckpointStore,
  listCheckpoints,
  openCheckpointStore,
  readCheckpoint,
  readNewestCheckpoint,
  type TensorCodec,
} from './node/checkpoint-store.js';
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
  readMetrics,
  type StepLine,
} from './node/metrics-log.js';
export {
  openTensorboardLog,
  type TensorboardLog,
} from './node/tensorboard/open-tensorboard-log.js';
export {
  type Coordinator,
  type CoordinatorOptions,
  createCoordinator,
} from './node/world/coordinator.js';
export { createWorld } from './node/world/create-world.js';
export { joinCoordinator, type Membership } from './node/world/member.js';
export {
  type CoordinatorMessage,
  type Link,
  type MemberMessage,
  SILENCE_MS,
  type WorkerEnd,
} from './node/world/messages.js';
export {
  type Endpoint,
  type Environment,
  findPlacement,
  type Placement,
  type PlacementFlags,
  parseEndpoint,
} from './node/world/placement.js';
export { isPublicAddress } from './node/world/public-address.js';
