import { packageBuild } from '../../tsup.base.js';

export default packageBuild(
  {
    cli: 'src/cli.ts',
    'live-worker': 'src/live/live-worker.ts',
    'starting-weights-worker': 'src/run/starting-weights-worker.ts',
  },
  {
    platform: 'node',
    dts: false,
    banner: { js: '#!/usr/bin/env node' },
    external: ['h5wasm', 'onnxruntime-node'],
  },
);
