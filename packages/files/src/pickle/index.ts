export { type ArrayState, arrayBytes, arrayState } from './array.js';
export { asCount, asCounts, asItems, asText } from './expect.js';
export { readPickleAt } from './read-pickle-at.js';
export { type PickleLimits, type PickleResult, runPickle } from './run-pickle.js';
export {
  PickleDict,
  PickleGlobal,
  PickleObject,
  PicklePersistent,
  PickleTuple,
  type PickleValue,
} from './values.js';
