export { type ColourMeasureOptions, type KernelColour, measureColour } from './colour-measures.js';
export {
  compareTowers,
  hypergeometricTail,
  type TowerComparison,
  type TowerComparisonOptions,
} from './tower-statistics.js';
