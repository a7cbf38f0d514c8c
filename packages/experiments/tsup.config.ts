import { packageBuild } from '../../tsup.base.js';

export default packageBuild(
  { index: 'src/index.ts', 'draw-svg': 'src/draw-svg.ts' },
  { platform: 'node' },
);
