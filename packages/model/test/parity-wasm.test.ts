import { selectBackend } from '../../backend/src/node.js';
import { describeParity } from './parity-suite.js';

describeParity({
  name: 'wasm',
  tolerance: 1e-4,
  select: async () => (await selectBackend({ require: 'wasm' })).tf,
});
