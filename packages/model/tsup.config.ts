import { packageBuild } from '../../tsup.base.js';

export default packageBuild({
  index: 'src/index.ts',
  imagenet: 'src/imagenet.ts',
  measures: 'src/measures/index.ts',
});
