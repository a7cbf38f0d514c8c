import { packageBuild } from '../../tsup.base.js';

export default packageBuild({
  index: 'src/index.ts',
  imagenet: 'src/imagenet.ts',
  classes: 'src/classes/match-classes.ts',
  measures: 'src/measures/index.ts',
});
