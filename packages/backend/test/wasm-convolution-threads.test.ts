import { describeConvolution } from './wasm-convolution-suite.js';

describeConvolution(3);
