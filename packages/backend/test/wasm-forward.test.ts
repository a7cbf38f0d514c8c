import { describeForward } from './wasm-forward-suite.js';

describeForward(1);
