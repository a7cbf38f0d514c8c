import { packageBuild } from '../../tsup.base.js';

export default packageBuild({
  index: 'src/index.ts',
  settings: 'src/settings/index.ts',
  loader: 'src/loader/index.ts',
  'loader-worker': 'src/loader/loader-worker.ts',
});
