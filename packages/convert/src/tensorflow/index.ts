export { type OpenShard, readCheckpoint } from './read-checkpoint.js';
