import { packageBuild } from '../../tsup.base.js';

/** One entry a format, so that a page bundles only what it reads; `node` alone is Node's. */
const parts = ['zip', 'tar', 'mat', 'npy', 'pickle', 'checksums', 'image', 'node'].map(
  (name) => [name, `src/${name}/index.ts`] as const,
);

export default packageBuild({ index: 'src/index.ts', ...Object.fromEntries(parts) });
