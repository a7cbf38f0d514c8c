export {
  type ColorMeasureOptions,
  type FilterColor,
  measureFilterColors,
} from './color-measures.js';
export {
  compareTowers,
  hypergeometricTail,
  type TowerComparison,
  type TowerComparisonOptions,
} from './tower-statistics.js';
