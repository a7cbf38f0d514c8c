import { packageBuild } from '../../tsup.base.js';

/** One entry per container that is read for its own sake; openModel loads its formats itself. */
const codecs = ['node', 'torch', 'numpy', 'caffe', 'keras', 'tensorflow'].map(
  (name) => [name, `src/${name}/index.ts`] as const,
);

export default packageBuild({ index: 'src/index.ts', ...Object.fromEntries(codecs) });
