import { packageBuild } from '../../tsup.base.js';

/** One entry per codec, so that a page bundles only the formats it reads. */
const codecs = [
  'torch',
  'numpy',
  'caffe',
  'onnx',
  'tfjs',
  'keras',
  'tensorflow',
  'cuda-convnet',
  'matconvnet',
].map((name) => [name, `src/${name}/index.ts`] as const);

export default packageBuild({ index: 'src/index.ts', ...Object.fromEntries(codecs) });
