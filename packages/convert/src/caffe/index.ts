export type { CaffeLayer, CaffeNet, CaffeParameter } from './caffe-net.js';
export {
  caffeMean,
  caffePreprocessing,
  type MeanImage,
  readBinaryproto,
  writeBinaryproto,
} from './mean-image.js';
export { parseCaffeNet } from './parse-net.js';
export type { ParameterName } from './schema.js';
