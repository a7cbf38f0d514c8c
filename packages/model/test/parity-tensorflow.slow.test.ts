import { describeParityWhereAvailable } from './parity-suite.js';

await describeParityWhereAvailable('tensorflow', 1e-5);
