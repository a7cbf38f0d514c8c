export {
  type ColorMeasureOptions,
  type KernelColor,
  measureFilterColors,
} from './color-measures.js';
export {
  compareTowers,
  hypergeometricTail,
  type TowerComparison,
  type TowerComparisonOptions,
} from './tower-statistics.js';
