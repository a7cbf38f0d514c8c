import { describeParity } from './parity-suite.js';
import { tf } from './tf.js';

describeParity({ name: 'cpu', tolerance: 1e-5, select: async () => tf });
