import { selectBackend } from '@alexnet/backend/node';
import { describeParity } from './parity-suite.js';

describeParity({
  name: 'wasm',
  tolerance: 1e-4,
  select: async () => (await selectBackend({ require: 'wasm' })).tf,
});
